package org.treegrpo.job.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.resource.ResourceInformation;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code deploy/gpu-discovery} tells Spark, which reads it here. */
class GpuDiscoveryTest {

  private static final String THREE =
      "[ \"$*\" = '--query-gpu=index --format=csv,noheader' ] && printf '0\\n1\\n2\\n'";

  @TempDir Path programs;

  @BeforeEach
  void onAMachineWithoutGpus() throws IOException {
    for (String program : List.of("bash", "grep")) {
      Files.createSymbolicLink(programs.resolve(program), find(program));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0,1               | 2 | numbers",
        "7                 | 1 | CUDA counts from 0 whatever the number",
        "GPU-8932f937      | 1 | a name of nvidia-smi -L",
        "GPU-8932,GPU-5ad1 | 2 | names",
        "MIG-1c2d,MIG-77af | 1 | of parts a process sees the first",
        "GPU-8932,MIG-77af | 1 | a part beside a GPU",
        "0,-1,1            | 1 | what follows -1 is not seen",
        "''                | 0 | set and empty hides all"
      })
  void visibleDevicesAreCountedWithoutAskingNvidiaSmi(String visible, int gpus, String why)
      throws Exception {
    nvidiaSmi("echo asked >&2; exit 1");
    assertThat(addresses(Map.of("CUDA_VISIBLE_DEVICES", visible)))
        .as(why)
        .containsExactlyElementsOf(
            Stream.iterate(0, i -> i + 1).limit(gpus).map(String::valueOf).toList());
  }

  @Test
  void withoutVisibleDevicesNvidiaSmiCountsThem() throws Exception {
    nvidiaSmi(THREE);
    assertThat(addresses(Map.of())).containsExactly("0", "1", "2");
  }

  @Test
  void aMachineWithoutADriverHasNone() throws Exception {
    assertThat(addresses(Map.of())).as("there is no nvidia-smi").isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "No devices were found | 6",
        "NVIDIA-SMI has failed because it could not communicate with the NVIDIA driver. | 9"
      })
  void whatNvidiaSmiSaysWhereItFailsIsNoGpu(String said, int code) throws Exception {
    nvidiaSmi("echo '%s'; exit %d".formatted(said, code));
    assertThat(addresses(Map.of())).as("nvidia-smi says it on standard output").isEmpty();
  }

  private void nvidiaSmi(String script) throws IOException {
    Path file = Files.writeString(programs.resolve("nvidia-smi"), "#!/usr/bin/env bash\n" + script);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private List<String> addresses(Map<String, String> environment) throws Exception {
    ProcessBuilder builder = new ProcessBuilder("../deploy/gpu-discovery");
    builder.environment().remove("CUDA_VISIBLE_DEVICES");
    builder.environment().put("PATH", programs.toString());
    builder.environment().putAll(environment);
    Process process = builder.start();
    String json = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("exit code; it said %s", errors).isZero();
    assertThat(errors).isEmpty();
    ResourceInformation found = ResourceInformation.parseJson(json);
    assertThat(found.name()).isEqualTo("gpu");
    return List.of(found.addresses());
  }

  private static Path find(String program) {
    return Stream.of(System.getenv("PATH").split(":", -1))
        .map(directory -> Path.of(directory, program))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow();
  }
}
