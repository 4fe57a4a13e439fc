package org.treegrpo.core.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.JniUtils;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FrozenParametersTest {

  private static final String SOURCE = "def forward(self, x: Tensor) -> Tensor:\n  return x";

  @TempDir Path directory;
  private Path archive;

  @BeforeEach
  void write() throws IOException {
    archive = directory.resolve("network.pt");
    TorchScriptArchive.write(
        new ScriptModule("Network", SOURCE)
            .child(
                "block",
                new ScriptModule("Block", SOURCE)
                    .parameter("frozen", new float[] {1, 2}, 2)
                    .parameter("trained", new float[] {3}, 1)),
        archive);
  }

  /** A module with its own manager, whose first parameter is frozen. */
  private final class Loaded implements AutoCloseable {

    private final NDManager manager = TorchRuntime.newManager(Device.cpu());
    private final PtSymbolBlock block = TorchRuntime.loadModule(manager, archive);
    private final FrozenParameters frozen;

    Loaded() throws IOException {
      List<ArchiveHeader.Parameter> all = ArchiveHeader.read(archive).parameters();
      ParameterTensor.of(block, manager, all.subList(1, 2));
      frozen = FrozenParameters.share(archive, manager, block, all.subList(0, 1));
    }

    private NDArray parameter(int index) {
      return JniUtils.moduleGetParams(block, (PtNDManager) manager).get(index);
    }

    float[] values(int index) {
      return parameter(index).toFloatArray();
    }

    void write(int index, float value) {
      TorchRuntime.floats(parameter(index)).put(0, value);
    }

    @Override
    public void close() {
      frozen.close();
      manager.close();
    }
  }

  @Test
  void modulesOfOneArchiveHaveOneCopyOfWhatIsFrozen() throws IOException {
    try (Loaded first = new Loaded();
        Loaded second = new Loaded()) {
      first.write(0, 7);
      assertThat(second.values(0)).as("the same memory").containsExactly(7, 2);
      first.write(1, 8);
      assertThat(second.values(1)).as("what is trained is each one's own").containsExactly(3);
    }
  }

  @Test
  void theCopyOutlivesTheModuleThatLoadedIt() throws IOException {
    Loaded first = new Loaded();
    try (Loaded second = new Loaded()) {
      first.close();
      assertThat(second.values(0)).as("still there").containsExactly(1, 2);
      try (Loaded third = new Loaded()) {
        second.write(0, 9);
        assertThat(third.values(0)).as("handed on").containsExactly(9, 2);
      }
    }
    try (Loaded fresh = new Loaded()) {
      assertThat(fresh.values(0)).as("loaded anew after the last one").containsExactly(1, 2);
    }
  }

  @Test
  void sharingLeavesNoArrayOpen() throws IOException {
    try (Loaded first = new Loaded()) {
      int open = TorchRuntime.openArrays();
      for (int i = 0; i < 3; i++) {
        new Loaded().close();
      }
      assertThat(TorchRuntime.openArrays()).as("open native arrays").isEqualTo(open);
    }
  }
}
