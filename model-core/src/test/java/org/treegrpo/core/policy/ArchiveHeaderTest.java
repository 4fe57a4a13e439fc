package org.treegrpo.core.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.treegrpo.core.random.GaussianStream;
import org.treegrpo.core.tensor.ArchiveFormatException;
import org.treegrpo.core.tensor.ArchiveHeader;
import org.treegrpo.core.tensor.ArchiveHeader.Parameter;
import org.treegrpo.core.tensor.ScriptModule;
import org.treegrpo.core.tensor.TorchRuntime;
import org.treegrpo.core.tensor.TorchScriptArchive;

class ArchiveHeaderTest {

  @TempDir Path directory;

  private Path archive() {
    return directory.resolve("network.pt");
  }

  /** What libtorch says of the parameters of an archive. */
  private static List<String> loaded(Path archive) {
    List<String> lines = new ArrayList<>();
    try (NDManager manager = TorchRuntime.newManager(Device.cpu())) {
      NDList parameters =
          JniUtils.moduleGetParams(
              TorchRuntime.loadModule(manager, archive), (PtNDManager) manager);
      for (NDArray parameter : parameters) {
        boolean trained = JniUtils.requiresGrad((PtNDArray) parameter);
        lines.add("%s %s %s".formatted(parameter.getName(), parameter.getShape().size(), trained));
      }
    }
    return lines;
  }

  private static List<String> read(Path archive) throws IOException {
    List<String> lines = new ArrayList<>();
    for (Parameter parameter : ArchiveHeader.read(archive).parameters()) {
      for (String name : parameter.names()) {
        lines.add("%s %s %s".formatted(name, parameter.size(), parameter.requiresGradient()));
      }
    }
    return lines;
  }

  @Test
  void namesSizesAndOrderAreThoseOfLibtorch() throws IOException {
    TorchScriptArchive.write(
        DiffusionTransformer.create(BuiltInPolicyTest.spec(), new GaussianStream(1)), archive());
    assertThat(read(archive()))
        .as("parameters of the network and of its blocks")
        .hasSizeGreaterThan(20)
        .isEqualTo(loaded(archive()));
  }

  @Test
  void aFrozenParameterSaysSo() throws IOException {
    TorchScriptArchive.write(
        new ScriptModule("Network", "def forward(self, x: Tensor) -> Tensor:\n  return x")
            .parameter("matrix", new float[6], 2, 3)
            .parameter("gain", new float[1], 1)
            .buffer("count", new float[1], 1),
        archive());
    EditedArchive.freeze(archive(), 3, 1);
    List<Parameter> parameters = ArchiveHeader.read(archive()).parameters();
    assertThat(parameters).as("no buffer").hasSize(2);
    assertThat(ArchiveHeader.read(archive()).bufferBytes()).as("count").isEqualTo(4);
    assertThat(ArchiveHeader.read(archive()).weightBytes()).as("all").isEqualTo(4 * (6 + 1 + 1));
    assertThat(parameters.get(0).requiresGradient()).as("matrix").isFalse();
    assertThat(parameters.get(0).shape()).as("matrix").containsExactly(2, 3);
    assertThat(parameters.get(0).type()).as("matrix").isEqualTo("float32");
    assertThat(parameters.get(1).requiresGradient()).as("gain").isTrue();
    assertThat(read(archive())).isEqualTo(loaded(archive()));
  }

  @Test
  void tiedParametersAreOneUnderTwoNames() throws IOException {
    TorchScriptArchive.write(
        new ScriptModule("Network", "def forward(self, x: Tensor) -> Tensor:\n  return x")
            .parameter("first", new float[4], 4)
            .parameter("second", new float[4], 4)
            .parameter("third", new float[1], 1),
        archive());
    EditedArchive.tie(archive(), "second", "third");
    assertThat(ArchiveHeader.read(archive()).parameters())
        .extracting(Parameter::names)
        .containsExactly(List.of("first", "second"), List.of("third"));
  }

  @Test
  void theArgumentsOfForwardAreNamed() throws IOException {
    String source =
        """
        def other(self, z: Tensor) -> Tensor:
          return z
        def forward(self: __torch__.Network,
            images: Tensor,
            sizes: Tuple[List[int], int],
            mode: str="a,b",
            scale: float=1., pooled: Optional[Tensor]=None) -> Tensor:
          return images
        """;
    TorchScriptArchive.write(
        new ScriptModule("Network", source)
            .child(
                "inner",
                new ScriptModule("Inner", "def forward(self, x: Tensor) -> Tensor:\n  return x")),
        archive());
    assertThat(ArchiveHeader.read(archive()).forwardArguments())
        .as("of the archive's module, not of those in it")
        .containsExactly("images", "sizes", "mode", "scale", "pooled");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "no archive at all"})
  void whatIsNoArchiveIsRefused(String content) throws IOException {
    Files.writeString(archive(), content);
    assertThatThrownBy(() -> ArchiveHeader.read(archive()))
        .isInstanceOf(ArchiveFormatException.class)
        .hasMessageContaining("no zip file");
  }

  @Test
  void aZipFileWithoutAModuleIsRefused() throws IOException {
    TorchScriptArchive.write(
        new ScriptModule("Network", "def forward(self, x: Tensor) -> Tensor:\n  return x"),
        archive());
    EditedArchive.replacePickle(archive(), "not a pickle");
    assertThatThrownBy(() -> ArchiveHeader.read(archive()))
        .isInstanceOf(ArchiveFormatException.class)
        .hasMessageContaining("data.pkl");
  }
}
