package org.treegrpo.job.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.job.settings.PolicySettings;

/** GPUs as Spark assigns them. No GPU is needed: what libtorch and nvidia-smi say is given. */
class DevicesTest {

  private static final String FIRST = "GPU-11111111-aaaa-bbbb-cccc-000000000001";
  private static final String SECOND = "GPU-22222222-aaaa-bbbb-cccc-000000000002";
  private static final String PART = "MIG-33333333-aaaa-bbbb-cccc-000000000003";

  @TempDir Path directory;
  private List<String> listing;

  /** Two GPUs, the second one cut into parts. */
  @BeforeEach
  void fakeDiscovery() throws IOException {
    Path script =
        Files.writeString(
            directory.resolve("nvidia-smi"),
            """
            echo 'GPU 0: NVIDIA A100-SXM4-40GB (UUID: %s)'
            echo 'GPU 1: NVIDIA A100-SXM4-40GB (UUID: %s)'
            echo '  MIG 1g.5gb      Device  0: (UUID: %s)'
            """
                .formatted(FIRST, SECOND, PART));
    listing = List.of("sh", script.toString());
  }

  private Device chosen(PolicySettings.Device wanted, int count, String address, String visible) {
    return Devices.choose(
        wanted,
        count,
        Optional.of(address).filter(given -> !given.isEmpty()),
        new GpuAddress(visible, listing));
  }

  private Device chosen(String address, String visible) {
    return chosen(PolicySettings.Device.AUTO, 2, address, visible);
  }

  @Test
  void autoWithoutAnAssignmentIsTheCpu() {
    assertThat(chosen("", "")).as("two GPUs, none assigned").isEqualTo(Device.cpu());
    assertThat(chosen(PolicySettings.Device.AUTO, 0, "0", ""))
        .as("assigned, but libtorch has no CUDA")
        .isEqualTo(Device.cpu());
    assertThat(chosen(PolicySettings.Device.GPU, 2, "", ""))
        .as("asked for by name")
        .isEqualTo(Device.gpu(0));
  }

  @Test
  void anIndexIsTakenAsItIs() {
    assertThat(chosen("1", "")).as("index").isEqualTo(Device.gpu(1));
  }

  @Test
  void aNameIsTheNumberThatCudaGivesIt() {
    assertThat(chosen(SECOND, "")).as("from nvidia-smi -L").isEqualTo(Device.gpu(1));
    assertThat(chosen(SECOND, SECOND + ", " + FIRST))
        .as("place in CUDA_VISIBLE_DEVICES")
        .isEqualTo(Device.gpu(0));
    assertThat(chosen(PolicySettings.Device.AUTO, 1, PART, PART))
        .as("a part of a GPU that this process may see")
        .isEqualTo(Device.gpu(0));
  }

  @Test
  void anAddressThatIsNoVisibleGpuIsRefused() {
    for (String address : List.of("2", PART, "GPU-4", "gpu0", "")) {
      assertThatThrownBy(() -> new GpuAddress("", listing).index(address, 2))
          .as("'%s'", address)
          .isInstanceOf(ExecutorException.class)
          .hasMessageContaining("spark.executor.resource.gpu: address '" + address + "'")
          .hasMessageContaining("one of the 2 GPUs that libtorch sees");
    }
    assertThatThrownBy(() -> new GpuAddress("", List.of("/no/nvidia-smi")).index(FIRST, 2))
        .as("without nvidia-smi")
        .isInstanceOf(ExecutorException.class)
        .hasMessageContaining("set CUDA_VISIBLE_DEVICES");
  }

  @Test
  void aModelIsThatOfTheGpuOrOfThePart() {
    assertThat(new GpuAddress("", listing).model(1)).isEqualTo("NVIDIA A100-SXM4-40GB");
    assertThat(new GpuAddress(PART, listing).model(0)).isEqualTo("MIG 1g.5gb");
    assertThat(new GpuAddress(SECOND + "," + FIRST, listing).model(1)).startsWith("NVIDIA A100");
    assertThat(new GpuAddress("", List.of("no-such-command")).model(0)).isEqualTo("a GPU");
  }
}
