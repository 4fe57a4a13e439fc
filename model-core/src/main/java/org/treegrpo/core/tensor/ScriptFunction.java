package org.treegrpo.core.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A function of libtorch that DJL does not have, written as TorchScript; belongs to a manager. */
public final class ScriptFunction {

  private static final String SET =
      """
      def forward(self, target: Tensor, source: Tensor) -> Tensor:
        return torch.set_(target, source)
      """;

  private static final String REQUIRES_GRADIENT =
      """
      def forward(self, tensor: Tensor) -> Tensor:
        if ops.prim.requires_grad(tensor):
          found = 1.
        else:
          found = 0.
        return torch.tensor(found)
      """;

  private final PtSymbolBlock block;

  private ScriptFunction(NDManager manager, String source) {
    try {
      Path archive = Files.createTempFile("treegrpo-function", ".pt");
      try {
        TorchScriptArchive.write(new ScriptModule("Function", source), archive);
        this.block = TorchRuntime.loadFixedModule(manager, archive);
      } finally {
        Files.delete(archive);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write a temporary archive", e);
    }
  }

  /** Lets the first tensor have the memory of the second; gives it under another handle. */
  static ScriptFunction set(NDManager manager) {
    return new ScriptFunction(manager, SET);
  }

  /**
   * Whether a backward pass would come to a tensor, 1 or 0; DJL says so of tensors only that no
   * pass has computed.
   */
  public static ScriptFunction requiresGradient(NDManager manager) {
    return new ScriptFunction(manager, REQUIRES_GRADIENT);
  }

  /** Belongs to the manager of the first argument. */
  public NDArray of(NDArray... arguments) {
    return TorchRuntime.forward(block, new NDList(arguments)).get(0);
  }
}
