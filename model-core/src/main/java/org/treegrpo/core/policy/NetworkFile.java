package org.treegrpo.core.policy;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtSymbolBlock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.treegrpo.core.tensor.ArchiveFormatException;
import org.treegrpo.core.tensor.ArchiveHeader;
import org.treegrpo.core.tensor.FrozenParameters;
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

  /**
   * What the archive's header says of the network's parameters.
   *
   * @throws NetworkException if it is no TorchScript archive
   */
  static List<ArchiveHeader.Parameter> parameters(Path archive) {
    return header(archive).parameters();
  }

  /**
   * The archive's header.
   *
   * @throws NetworkException if it is no TorchScript archive
   */
  static ArchiveHeader header(Path archive) {
    try {
      return ArchiveHeader.read(archive);
    } catch (ArchiveFormatException e) {
      throw new NetworkException(archive, "must be a TorchScript archive; " + e.getMessage());
    } catch (IOException e) {
      throw new UncheckedIOException(archive + " cannot be read", e);
    }
  }

  /**
   * Values of parameters, one after the other.
   *
   * @param parameters of the archive's header
   * @throws NetworkException if one is not float32, or the archive lacks it
   */
  static float[] weights(Path archive, List<ArchiveHeader.Parameter> parameters) {
    float[] weights = new float[ParameterLayout.of(parameters).size()];
    try {
      ArchiveHeader.readFloats(archive, parameters, weights);
    } catch (ArchiveFormatException e) {
      throw new NetworkException(archive, "must be a TorchScript archive; " + e.getMessage());
    } catch (IllegalArgumentException e) {
      throw new NetworkException(archive, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw new UncheckedIOException(archive + " cannot be read", e);
    }
    return weights;
  }

  /** Lets a network use the copy of its frozen parameters that another one of its archive has. */
  static FrozenParameters share(
      Path archive, NDManager manager, PtSymbolBlock block, List<ArchiveHeader.Parameter> frozen) {
    try {
      return FrozenParameters.share(archive, manager, block, frozen);
    } catch (IOException e) {
      throw new UncheckedIOException("%s: %s".formatted(archive, e.getMessage()), e);
    }
  }

  private static PtSymbolBlock load(Path archive, Supplier<PtSymbolBlock> loading) {
    try {
      return loading.get();
    } catch (EngineException e) {
      if (TorchRuntime.isOutOfMemory(e)) {
        throw new DeviceMemoryException(archive.toString(), "loading it", e);
      }
      throw new NetworkException(
          archive,
          "must be a TorchScript archive that libtorch %s loads".formatted(TorchRuntime.version()),
          e);
    }
  }

  /** The one float32 tensor that {@code forward} returns. */
  static NDArray forward(String file, PtSymbolBlock block, NDList inputs) {
    return forward(file, block, inputs, e -> new DeviceMemoryException(file, "forward", e));
  }

  /**
   * @param tooLarge what to throw where there is too little memory for it
   */
  static NDArray forward(
      String file,
      PtSymbolBlock block,
      NDList inputs,
      Function<EngineException, DeviceMemoryException> tooLarge) {
    try {
      return prediction(file, TorchRuntime.forward(block, inputs));
    } catch (EngineException e) {
      throw TorchRuntime.isOutOfMemory(e)
          ? tooLarge.apply(e)
          : new NetworkException(file, "forward must take " + shapes(inputs), e);
    }
  }

  /** What a method returns, such as one of {@link TorchRuntime#method}. */
  static NDList call(String file, PtSymbolBlock block, NDArray method, NDList inputs) {
    try {
      return TorchRuntime.call(block, method, inputs);
    } catch (EngineException e) {
      String name = TorchRuntime.methodName(method);
      throw TorchRuntime.isOutOfMemory(e)
          ? new DeviceMemoryException(file, name, e)
          : new NetworkException(
              file, "%s must be a method that takes %s".formatted(name, shapes(inputs)), e);
    }
  }

  /**
   * Does what needs memory of the device.
   *
   * @param pass what to call it
   * @throws DeviceMemoryException if there is too little
   */
  static <T> T withinMemory(String file, String pass, Supplier<T> work) {
    try {
      return work.get();
    } catch (EngineException e) {
      throw TorchRuntime.isOutOfMemory(e) ? new DeviceMemoryException(file, pass, e) : e;
    }
  }

  /**
   * A backward pass.
   *
   * @param outputs makes what it starts from
   */
  static void backward(String file, Supplier<NDArray> outputs, NDArray cotangent) {
    withinMemory(
        file,
        "the backward pass",
        () -> {
          TorchRuntime.backward(outputs.get(), cotangent);
          return cotangent;
        });
  }

  /** Refuses what is not one float32 tensor. */
  static NDArray prediction(String file, NDList outputs) {
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
