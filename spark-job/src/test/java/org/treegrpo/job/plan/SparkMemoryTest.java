package org.treegrpo.job.plan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SparkMemoryTest {

  private static final long MIB = 1 << 20;

  private static SparkMemory of(int parameters, int slots) {
    return SparkMemory.of(PlanFixtures.plan(parameters), slots);
  }

  @Test
  void aSmallPolicyNeedsWhatAJvmAndItsLibrariesNeed() {
    assertThat(of(1000, 1)).isEqualTo(new SparkMemory(1024, 512, 1024, 1280));
  }

  @Test
  void heapsHoldTheWeightsAsOftenAsTheyAreThere() {
    int parameters = (int) (100 * MIB / Float.BYTES);
    SparkMemory one = of(parameters, 1);
    SparkMemory four = of(parameters, 4);
    assertThat(one.executorHeap()).as("640 + 5 x 125, in steps").isEqualTo(1280);
    assertThat(four.executorHeap()).as("640 + 14 x 125, in steps").isEqualTo(2560);
    assertThat(one.driverOverhead()).as("512 + 2 x 125, the moments").isEqualTo(768);
    assertThat(four.driverHeap())
        .as("executors' cores are not the driver's")
        .isEqualTo(one.driverHeap());
    assertThat(four.executorOverhead() - one.executorOverhead())
        .as("three more networks and references, with their gradients")
        .isBetween(3 * 4 * 125L - 256, 3 * 4 * 125L + 256);
  }

  @Test
  void theyAreWrittenAsSparkTakesThem() {
    assertThat(new SparkMemory(1, 2, 3, 4).properties())
        .containsExactly(
            "spark.driver.memory=1m",
            "spark.driver.memoryOverhead=2m",
            "spark.executor.memory=3m",
            "spark.executor.memoryOverhead=4m");
  }
}
