package org.treegrpo.core.policy;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtSymbolBlock;
import java.nio.file.Path;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.treegrpo.core.tensor.TorchRuntime;

/** Loads and runs an archive of a policy directory; what libtorch refuses names the file. */
final class NetworkFile {

  private NetworkFile() {}

  /** A network to train. */
  static PtSymbolBlock load(NDManager manager, Path archive) {
    return load(archive, () -> TorchRuntime.loadModule(manager, archive));
  }

  /** A network in eval mode that is never trained. */
  static PtSymbolBlock loadFixed(NDManager manager, Path archive) {
    return load(archive, () -> TorchRuntime.loadFixedModule(manager, archive));
  }

  private static PtSymbolBlock load(Path archive, Supplier<PtSymbolBlock> loading) {
    try {
      return loading.get();
    } catch (EngineException e) {
      throw new NetworkException(
          archive,
          "must be a TorchScript archive that libtorch %s loads".formatted(TorchRuntime.version()),
          e);
    }
  }

  /** The one float32 tensor that {@code forward} returns. */
  static NDArray forward(String file, PtSymbolBlock block, NDList inputs) {
    NDList outputs;
    try {
      outputs = TorchRuntime.forward(block, inputs);
    } catch (EngineException e) {
      throw new NetworkException(file, "forward must take " + shapes(inputs), e);
    }
    if (outputs.size() != 1 || outputs.get(0).getDataType() != DataType.FLOAT32) {
      throw new NetworkException(
          file, "forward must return one float32 tensor; found " + shapes(outputs));
    }
    return outputs.get(0);
  }

  private static String shapes(NDList tensors) {
    return tensors.stream()
        .map(tensor -> TorchRuntime.typeName(tensor) + " " + tensor.getShape())
        .collect(Collectors.joining(", ", "(", ")"));
  }
}
