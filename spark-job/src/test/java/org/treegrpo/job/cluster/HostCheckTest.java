package org.treegrpo.job.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.treegrpo.job.executor.ExecutorException;
import org.treegrpo.job.executor.HostKind;
import org.treegrpo.job.executor.HostReport;

class HostCheckTest {

  @Test
  void aDriverOfAnotherBuildThanItsExecutorsIsRefused() {
    List<HostReport> reports =
        List.of(report("0", "host-a", "0a1b2c3d4e5f"), report("1", "host-b", "0a1b2c3d4e5f"));
    assertThatThrownBy(() -> HostCheck.kindOf(reports, "ffffffffffff"))
        .as("executors that agree with one another")
        .isInstanceOf(ExecutorException.class)
        .hasMessage(
            "executor 0 on host-a: the application is build 0a1b2c3d4e5f, that of the driver build ffffffffffff; give driver and executors one jar (spark.executor.extraClassPath, the image)%n"
                    .formatted()
                + "executor 1 on host-b: the application is build 0a1b2c3d4e5f, that of the driver build ffffffffffff; give driver and executors one jar (spark.executor.extraClassPath, the image)");
  }

  @Test
  void anExecutorOfAnotherBuildIsNamedOnce() {
    List<HostReport> reports =
        List.of(report("0", "host-a", "0a1b2c3d4e5f"), report("1", "host-b", "ffffffffffff"));
    assertThatThrownBy(() -> HostCheck.kindOf(reports, "0a1b2c3d4e5f"))
        .isInstanceOf(ExecutorException.class)
        .message()
        .as("the one that differs, not the one that is as the driver")
        .startsWith("executor 1 on host-b: the application is build ffffffffffff")
        .hasLineCount(1);
  }

  @ParameterizedTest
  @CsvSource({
    "0a1b2c3d4e5f, 0a1b2c3d4e5f",
    "unpacked, 0a1b2c3d4e5f",
    "unknown, 0a1b2c3d4e5f",
    "0a1b2c3d4e5f, unpacked",
    "0a1b2c3d4e5f, unknown"
  })
  void oneBuildOrOneThatCannotBeToldIsTaken(String driver, String executors) {
    assertThat(HostCheck.kindOf(List.of(report("0", "host-a", executors)), driver).application())
        .isEqualTo(executors);
  }

  private static HostReport report(String executor, String host, String build) {
    return new HostReport(
        executor, host, 1024, 8192, 4, new HostKind(build, "2.7.1", "AVX2", "CPU"), "");
  }
}
