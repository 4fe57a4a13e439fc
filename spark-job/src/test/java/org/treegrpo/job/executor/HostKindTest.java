package org.treegrpo.job.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.treegrpo.core.tensor.TorchRuntime;
import org.treegrpo.job.settings.ClusterSettings.Cpu;
import org.treegrpo.job.settings.PolicySettings.Device;

class HostKindTest {

  private static final HostKind EXPECTED = new HostKind("build", "2.7.1", "AVX2", "H100");

  @ParameterizedTest
  @CsvSource({
    "other, 2.7.1, AVX2, H100, the application is other, one jar",
    "build, 2.7.0, AVX2, H100, libtorch is 2.7.0, PYTORCH_LIBRARY_PATH",
    "build, 2.7.1, AVX512, H100, the processor is AVX512, treegrpo.cluster.cpu = baseline",
    "build, 2.7.1, AVX2, CPU, the device is CPU, GPUs of one model"
  })
  void whatDiffersIsNamedWithItsHostAndTheRemedy(
      String application,
      String libtorch,
      String processor,
      String device,
      String what,
      String remedy) {
    HostKind found = new HostKind(application, libtorch, processor, device);
    assertThatThrownBy(() -> found.requireSame(EXPECTED, "executor 3 on host-b"))
        .isInstanceOf(ExecutorException.class)
        .hasMessageStartingWith("executor 3 on host-b: " + what)
        .hasMessageContaining(remedy);
  }

  @Test
  void oneOfTheSameKindIsTaken() {
    HostKind here = HostKind.here(Device.CPU, Cpu.SAME);
    assertThat(here.libtorch()).isEqualTo(TorchRuntime.version());
    assertThat(here.device()).isEqualTo("CPU");
    assertThatCode(() -> HostKind.here(Device.CPU, Cpu.SAME).requireSame(here, "here"))
        .doesNotThrowAnyException();
  }

  @Test
  void theBaselineMustBeInTheEnvironment() {
    assertThatThrownBy(() -> HostKind.here(Device.CPU, Cpu.BASELINE))
        .isInstanceOf(ExecutorException.class)
        .hasMessageStartingWith("treegrpo.cluster.cpu = baseline: the process must have AVX2")
        .hasMessageContaining("ATEN_CPU_CAPABILITY");
  }
}
