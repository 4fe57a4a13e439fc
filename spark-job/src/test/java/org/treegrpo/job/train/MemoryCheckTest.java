package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.treegrpo.core.tensor.ScriptModule;
import org.treegrpo.core.tensor.TorchScriptArchive;
import org.treegrpo.job.executor.HostKind;
import org.treegrpo.job.executor.HostReport;
import org.treegrpo.job.plan.PlanFixtures;
import org.treegrpo.job.spark.BlockRdd;
import org.treegrpo.job.spark.HeapMemoryException;

class MemoryCheckTest {

  private static final MemoryCheck CHECK = new MemoryCheck(PlanFixtures.plan(100 << 18));
  private static final String POLICY =
      """
      {"type": "torchscript", "file": "network.pt", "latentShape": [3, 8, 12],
       "prediction": "flow-velocity", "conditioning": []}
      """;

  private static HostReport report(String id, long heap, long memory) {
    return new HostReport(id, "host-" + id, heap, memory, 4, null, "");
  }

  @Test
  void aDriverHoldsWeightsAndGradient() {
    CHECK.ofDriver(200);
    assertThatThrownBy(() -> CHECK.ofDriver(199))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "spark.driver.memory: the driver's heap has 199 MiB and must have at least 200 MiB, for 100 MiB of trained weights, their gradient and averages; the plan asks for 1024 (--spark --driver-memory 1024m)");
  }

  @Test
  void anExecutorHoldsTheBroadcastAndAGradientOfEachSlot() {
    CHECK.of(List.of(report("1", 300, 8192)), 2, false);
    assertThatThrownBy(
            () ->
                CHECK.of(
                    List.of(report("1", 299, 8192), report("2", 300, 8192), report("3", 100, 8192)),
                    6,
                    false))
        .isInstanceOf(InvalidInputException.class)
        .message()
        .as("each that is too small")
        .hasLineCount(2)
        .startsWith(
            "spark.executor.memory: the heap of executor 1 on host-1 has 299 MiB and must have at least 300 MiB, for 100 MiB of trained weights in 2 task(s) at once; the plan asks for 1792, or for less with fewer task slots (spark.executor.cores)")
        .contains("the heap of executor 3 on host-3 has 100 MiB");
  }

  @Test
  void aLocalProcessHoldsWhatBothHold() {
    CHECK.of(List.of(report("driver", 400, 8192)), 2, true);
    assertThatThrownBy(() -> CHECK.of(List.of(report("driver", 399, 8192)), 2, true))
        .hasMessage(
            "spark.driver.memory: the heap of this process has 399 MiB and must have at least 400 MiB, for 100 MiB of trained weights in 2 task(s) at once; the plan asks for 2816, or for less with fewer task slots (local[N])");
  }

  @Test
  void aMachineHoldsTheHeapAndTheNetworks() {
    assertThatCode(() -> CHECK.of(List.of(report("1", 4096, 700)), 2, false))
        .as("300 of heap in use, 400 of networks")
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> CHECK.of(List.of(report("1", 4096, 699)), 2, false))
        .hasMessage(
            "treegrpo.policy.path: the machine or container of executor 1 on host-1 has 699 MiB and must have at least 700 MiB, for 0 MiB of frozen and 100 MiB of trained weights in 2 task(s) at once; take a larger one (spark.executor.memoryOverhead), fewer task slots (spark.executor.cores)");
  }

  @Test
  void aMachineThatPassesMayFillIsWarnedOf() {
    assertThat(CHECK.of(List.of(report("1", 4096, 1100)), 2, false)).as("enough").isEmpty();
    assertThat(CHECK.of(List.of(report("1", 4096, 1099)), 2, false))
        .as("300 of heap, 400 of networks, as much of the reference's")
        .containsExactly(
            "the machine or container of executor 1 on host-1 has 1099 MiB, and the plan counts 1100 MiB for 2 task(s) there at once: the system may end it; see plan, treegrpo.update.micro-batch and checkpointing");
  }

  @Test
  void aGpuHoldsNetworksItself() {
    HostKind gpu = new HostKind("build", "2.7.1", "AVX2", "NVIDIA H200");
    assertThat(CHECK.of(List.of(new HostReport("1", "host-1", 300, 400, 4, gpu, "")), 2, false))
        .as("policy.device is auto, and Spark has assigned one")
        .isEmpty();
  }

  @Test
  void anExecutorOfFewCoresHasFewTasks() {
    HostReport small = new HostReport("1", "host-1", 200, 8192, 1, null, "");
    assertThat(CHECK.of(List.of(small), 8, false)).as("one task").isEmpty();
  }

  @Test
  void aHeapThatCannotEvenHoldTheWeightsIsRefusedBeforeTheyAreRead() {
    MemoryCheck.ofVector(100 << 18, 100);
    assertThatThrownBy(() -> MemoryCheck.ofVector(100 << 18, 99))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "spark.driver.memory: the heap of this process has 99 MiB and must have at least 100 MiB, to read 100 MiB of trained weights; raise it (--spark --driver-memory), or train fewer (treegrpo.policy.trainable)");
    assertThatThrownBy(() -> MemoryCheck.ofVector(1L << 31, 1 << 20))
        .hasMessageContaining("fewer than 2^31 parameters");
  }

  @Test
  void aRunThatItsDriverCannotHoldIsRefusedBeforeItBegins(@TempDir Path directory)
      throws Exception {
    Path config = new TinyRun(directory).configFile("run");
    Files.writeString(directory.resolve("policy/policy.json"), POLICY);
    TorchScriptArchive.write(
        new ScriptModule(
                "Network",
                "def forward(self, latent: Tensor, timestep: Tensor) -> Tensor:\n  return latent")
            .parameter("idle", new float[100 << 18], 100 << 18),
        directory.resolve("policy/network.pt"));
    DriverProcess driver =
        DriverProcess.start(
            directory.resolve("output"),
            List.of("-Xmx350m"),
            List.of(
                "train",
                "--config",
                config.toString(),
                "--set",
                "treegrpo.policy.guidance.scale=1",
                "--set",
                "treegrpo.method=diffusion-nft",
                "--set",
                "treegrpo.ema.enabled=true"));
    assertThat(driver.exitCode()).as(driver.output()).isEqualTo(2);
    assertThat(driver.output())
        .contains("treegrpo: spark.driver.memory: the driver's heap has", "at least 400 MiB")
        .doesNotContain("\tat ");
    assertThat(directory.resolve("run")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aTaskThatFillsTheHeapFailsAndItsProcessLives(boolean wrapped) throws IOException {
    try (JavaSparkContext context = new JavaSparkContext(TinyRun.spark("local[1]"))) {
      assertThatThrownBy(
              () ->
                  BlockRdd.run(
                      context.sc(),
                      "tag",
                      "fill the heap",
                      1,
                      List.of(""),
                      (block, task) -> fill(wrapped)))
          .rootCause()
          .isInstanceOf(HeapMemoryException.class)
          .hasMessageMatching(
              "driver: its Java heap of \\d+ MiB is full; raise spark.driver.memory \\(--spark --driver-memory\\), or give it fewer task slots \\(local\\[N\\]\\); plan prints what a run asks for");
      assertThat(
              BlockRdd.run(
                  context.sc(), "tag", "go on", 1, List.of(""), (block, task) -> (long) block))
          .containsExactly(0L);
    }
  }

  /**
   * A TiB, in pieces that leave the other threads of a usual heap their room; in a thread of a pool
   * where the failure is to be wrapped.
   */
  private static long fill(boolean wrapped) {
    return wrapped
        ? CompletableFuture.supplyAsync(() -> fill(false)).join()
        : new long[64][Integer.MAX_VALUE - 8].length;
  }
}
