package org.treegrpo.core.policy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.treegrpo.core.tensor.ScriptModule;
import org.treegrpo.core.tensor.TorchScriptArchive;

/** A user's own network: out = gain * latent + shift * sum(a) + timestep / 1000 * mean(b). */
class TorchScriptPolicyTest {

  private static final String NETWORK =
      """
      def forward(self,
          latent: Tensor,
          timestep: Tensor,
          a: Tensor,
          b: Tensor) -> Tensor:
        s = torch.reshape(torch.sum(a, [1]), [-1, 1, 1, 1])
        m = torch.reshape(torch.mul(torch.mean(b, [1, 2]), torch.div(timestep, 1000.)), [-1, 1, 1, 1])
        return torch.add(torch.add(torch.mul(latent, self.gain), torch.mul(s, self.shift)), m)
      """;

  private static final String DECODER =
      """
      def forward(self,
          latent: Tensor) -> Tensor:
        rgb = torch.slice(latent, 1, 0, 3)
        return torch.repeat_interleave(torch.repeat_interleave(rgb, 2, 2), 2, 3)
      """;

  @TempDir Path directory;

  private PolicySpec spec;

  @BeforeEach
  void writePolicy() throws IOException {
    TorchScriptArchive.write(
        new ScriptModule("Network", NETWORK)
            .parameter("gain", new float[] {2}, 1)
            .parameter("shift", new float[] {-0.5f}, 1),
        directory.resolve("network.pt"));
    TorchScriptArchive.write(new ScriptModule("Decoder", DECODER), directory.resolve("vae.pt"));
    Files.writeString(
        directory.resolve("policy.json"),
        """
        {"type": "torchscript", "file": "network.pt", "latentShape": [4, 2, 2],
         "prediction": "flow-velocity",
         "conditioning": [{"name": "a", "shape": [3]}, {"name": "b", "shape": [2, 2]}],
         "decoder": {"file": "vae.pt", "scale": 0.5, "shift": 0.25}}
        """);
    spec = PolicyDirectory.read(directory);
  }

  private static PolicyBatch batch() {
    float[] latents = new float[2 * 16];
    for (int i = 0; i < latents.length; i++) {
      latents[i] = i;
    }
    Conditioning first = new Conditioning(List.of(new float[] {1, 2, 3}, new float[] {4, 4, 8, 8}));
    Conditioning second = new Conditioning(List.of(new float[] {0, 0, 1}, new float[4]));
    return new PolicyBatch(2, latents, new float[] {500, 250}, List.of(first, second));
  }

  @Test
  void severalConditioningsReachTheNetworkInOrder() throws IOException {
    try (Policy policy = Policies.open(spec, directory, NetworkOptions.CPU)) {
      float[] output = new float[32];
      policy.predict(batch(), output);
      for (int i = 0; i < 16; i++) {
        assertThat(output[i]).as("row 0").isEqualTo(2f * i - 0.5f * 6 + 0.5f * 6);
        assertThat(output[16 + i]).as("row 1").isEqualTo(2f * (16 + i) - 0.5f);
      }
    }
  }

  @Test
  void everyParameterIsTrained() throws IOException {
    try (Policy policy = Policies.open(spec, directory, NetworkOptions.CPU)) {
      assertThat(policy.parameters().entries())
          .extracting(ParameterLayout.Entry::name)
          .containsExactly("gain", "shift");
      float[] ones = new float[32];
      Arrays.fill(ones, 1f);
      try (Forward forward = policy.forward(batch())) {
        forward.backward(ones);
      }
      float[] gradient = new float[2];
      policy.drainGradient(gradient);
      assertThat(gradient).as("sum of latents, 16 sums of a").containsExactly(496, 16 * 7);
    }
  }

  @Test
  void theDecoderUndoesScaleAndShift() {
    try (ImageDecoder decoder = ImageDecoder.open(spec, directory, Device.cpu(), 1)) {
      float[] latents = new float[32];
      latents[0] = 0.125f;
      latents[16] = -5;
      ImageDecoder.Images images = decoder.decode(2, latents);
      assertThat(images.height()).isEqualTo(4);
      assertThat(images.width()).isEqualTo(4);
      assertThat(images.pixels()).hasSize(2 * 3 * 16);
      assertThat(images.pixels()[0])
          .as("(0.125 / 0.5 + 0.25 + 1) / 2")
          .isCloseTo(0.75f, Offset.offset(1e-6f));
      assertThat(images.pixels()[48]).as("cut to [0, 1]").isZero();
    }
  }

  @Test
  void conditioningOfTheWrongShapeIsNamed() throws IOException {
    try (Policy policy = Policies.open(spec, directory, NetworkOptions.CPU)) {
      Conditioning wrong = new Conditioning(List.of(new float[2], new float[4]));
      PolicyBatch batch = new PolicyBatch(1, new float[16], new float[1], List.of(wrong));
      assertThatThrownBy(() -> policy.predict(batch, new float[16]))
          .hasMessageContaining("conditioning a")
          .hasMessageContaining("2 elements")
          .hasMessageContaining("[3]");
    }
  }

  @ParameterizedTest
  @CsvSource({"BFloat16Storage, bfloat16", "HalfStorage, float16"})
  void aParameterThatIsNotFloat32IsRefusedByTheNameOfItsType(String storage, String type)
      throws IOException {
    Path archive = directory.resolve("network.pt");
    Files.write(archive, withStorage(Files.readAllBytes(archive), storage));
    assertThatThrownBy(() -> Policies.open(spec, directory, NetworkOptions.CPU))
        .as("a policy as it is often published")
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining(
            "network.pt: parameter 'gain' must be float32 to be trained; found " + type)
        .hasMessageContaining("export it after .float()");
  }

  /** The archive with its parameters, of one element each, in another type of two bytes. */
  private static byte[] withStorage(byte[] archive, String storage) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(archive));
        ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        byte[] content = in.readAllBytes();
        if (entry.getName().endsWith("/data.pkl")) {
          content = text(content).replace("FloatStorage", storage).getBytes(ISO_8859_1);
        } else if (entry.getName().contains("/data/")) {
          content = new byte[] {content[2], content[3]};
        }
        ZipEntry copy = new ZipEntry(entry.getName());
        copy.setMethod(ZipEntry.STORED);
        copy.setSize(content.length);
        CRC32 crc = new CRC32();
        crc.update(content);
        copy.setCrc(crc.getValue());
        out.putNextEntry(copy);
        out.write(content);
      }
    }
    return bytes.toByteArray();
  }

  private static String text(byte[] bytes) {
    return new String(bytes, ISO_8859_1);
  }

  @Test
  void aFileThatIsNotAnArchiveIsNamed() throws IOException {
    Files.writeString(directory.resolve("network.pt"), "not an archive");
    assertThatThrownBy(() -> Policies.open(spec, directory, NetworkOptions.CPU))
        .isInstanceOf(NetworkException.class)
        .hasMessageStartingWith(directory.resolve("network.pt") + ": must be a TorchScript archive")
        .hasMessageNotContaining("\n");
  }

  @Test
  void anArchiveOfALaterTorchIsNamedWithTheVersionThatReadsIt() throws IOException {
    EditedArchive.version(directory.resolve("network.pt"), 99);
    assertThatThrownBy(() -> Policies.open(spec, directory, NetworkOptions.CPU))
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining("must be a TorchScript archive that libtorch 2.7.1 loads")
        .hasMessageContaining("version 99")
        .hasMessageNotContaining("\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        ", a: Tensor | return latent | forward must take (float32 (2, 4, 2, 2), float32 (2),",
        ", a: Tensor, b: Tensor | return torch.mm(latent, latent) | self must be a matrix",
        ", a: Tensor, b: Tensor | return torch.slice(latent, 2, 0, 1) | the shape of the latent",
        ", a: Tensor, b: Tensor | return torch.to(latent, 7) | one float32 tensor; found (float64",
        ", a: Tensor, b: Tensor | return torch.to(latent, 15) | one float32 tensor; found (bfloat16",
      })
  void aForwardThatBreaksTheContractIsNamed(String inputs, String body, String rule)
      throws IOException {
    String source =
        "def forward(self, latent: Tensor, t: Tensor%s) -> Tensor:\n  %s".formatted(inputs, body);
    TorchScriptArchive.write(new ScriptModule("Other", source), directory.resolve("network.pt"));
    try (Policy policy = Policies.open(spec, directory, NetworkOptions.CPU)) {
      assertThatThrownBy(() -> policy.predict(batch(), new float[32]))
          .isInstanceOf(NetworkException.class)
          .hasMessageStartingWith("network.pt: forward must")
          .hasMessageContaining(rule)
          .hasMessageNotContaining("\n");
    }
  }

  @Test
  void aPassThatGetsNoMemorySaysWhatToChange() throws IOException {
    String source =
        "def forward(self, latent: Tensor, t: Tensor, a: Tensor, b: Tensor) -> Tensor:\n  return torch.zeros([%d])"
            .formatted(1L << 55);
    TorchScriptArchive.write(new ScriptModule("Huge", source), directory.resolve("network.pt"));
    try (Policy policy = Policies.open(spec, directory, NetworkOptions.CPU)) {
      assertThatThrownBy(() -> policy.predict(batch(), new float[32]))
          .isInstanceOf(DeviceMemoryException.class)
          .hasMessageStartingWith("network.pt: forward needs more memory than the device has")
          .hasMessageContaining("treegrpo.update.micro-batch")
          .hasMessageNotContaining("\n");
    }
  }

  @Test
  void imagesDependOnTheBatchOfTheDecoderByRoundingOnly() throws IOException {
    String convolution =
        """
        def forward(self, z: Tensor) -> Tensor:
          return torch.tanh(torch.conv2d(z, self.kernel, None, [1, 1], [1, 1]))
        """;
    float[] kernel = new float[3 * 4 * 9];
    float[] latents = new float[5 * 16];
    Random random = new Random(7);
    for (float[] values : List.of(kernel, latents)) {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextGaussian();
      }
    }
    TorchScriptArchive.write(
        new ScriptModule("Decoder", convolution).buffer("kernel", kernel, 3, 4, 3, 3),
        directory.resolve("vae.pt"));
    float[] together = decoded(latents, 5);
    assertThat(decoded(latents, 5)).as("the same batch, the same bytes").isEqualTo(together);
    for (int batch : new int[] {1, 2, 4}) {
      assertThat(decoded(latents, batch))
          .as("batches of %d", batch)
          .containsExactly(together, Offset.offset(1e-5f));
    }
  }

  private float[] decoded(float[] latents, int batch) {
    try (ImageDecoder decoder = ImageDecoder.open(spec, directory, Device.cpu(), batch)) {
      return decoder.decode(5, latents).pixels();
    }
  }

  @Test
  void aDecoderThatGetsNoMemorySaysWhatToChange() throws IOException {
    String source =
        "def forward(self, z: Tensor) -> Tensor:\n  return torch.zeros([%d])".formatted(1L << 55);
    TorchScriptArchive.write(new ScriptModule("Huge", source), directory.resolve("vae.pt"));
    try (ImageDecoder decoder = ImageDecoder.open(spec, directory, Device.cpu(), 2)) {
      assertThatThrownBy(() -> decoder.decode(3, new float[48]))
          .isInstanceOf(DeviceMemoryException.class)
          .hasMessageStartingWith(
              "vae.pt: decoding 2 latents at once needs more memory than the device has")
          .hasMessageContaining("treegrpo.policy.decode-batch")
          .as("a decoder keeps nothing for a backward pass")
          .hasMessageNotContaining("checkpointing");
    }
  }

  @Test
  void imagesThatNoArrayHoldsAreRefused() {
    assertThat(ImageDecoder.elements(682, 1024, 1024)).isEqualTo(682 * 3 * 1024 * 1024);
    assertThatThrownBy(() -> ImageDecoder.elements(683, 1024, 1024))
        .isInstanceOf(NetworkException.class)
        .hasMessageStartingWith(
            "images: 683 of 1024 x 1024 pixels are decoded together, and at most 682 can be")
        .hasMessageContaining("treegrpo.tree.shares");
  }
}
