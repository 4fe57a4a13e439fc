package org.treegrpo.job.plan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HostMemoryTest {

  private static final long MIB = 1 << 20;
  private static final int HUNDRED = (int) (100 * MIB / Float.BYTES);

  @Test
  void vectorsThatLieThereInAnyCase() {
    assertThat(HostMemory.of(PlanFixtures.plan(HUNDRED), 3))
        .as("weights and gradient; a broadcast and three gradients; both; three networks")
        .isEqualTo(new HostMemory(200 * MIB, 400 * MIB, 500 * MIB, 600 * MIB));
  }

  @Test
  void anAverageAndAnOlderPolicyAreTheDrivers() {
    HostMemory more =
        HostMemory.of(
            PlanFixtures.plan(
                HUNDRED,
                "treegrpo.method=diffusion-nft",
                "treegrpo.update.kl=0",
                "treegrpo.ema.enabled=true"),
            3);
    assertThat(more.driverHeap()).isEqualTo(400 * MIB);
    assertThat(more.localHeap()).isEqualTo(700 * MIB);
  }

  @Test
  void slotsWithoutASharePerRoundAreIdle() {
    assertThat(HostMemory.of(PlanFixtures.plan(HUNDRED), 1000))
        .isEqualTo(HostMemory.of(PlanFixtures.plan(HUNDRED), 8));
  }

  @Test
  void aGpuHoldsNetworksItself() {
    assertThat(
            HostMemory.of(PlanFixtures.plan(HUNDRED, "treegrpo.policy.device=gpu"), 1)
                .executorNative())
        .isZero();
  }
}
