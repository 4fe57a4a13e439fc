package org.treegrpo.job.plan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HostMemoryTest {

  private static final long MIB = 1 << 20;
  private static final int HUNDRED = (int) (100 * MIB / Float.BYTES);

  @Test
  void vectorsThatLieThereInAnyCase() {
    assertThat(HostMemory.of(PlanFixtures.plan(HUNDRED), 3))
        .as("weights and gradient; a broadcast and three gradients; both; networks; with reference")
        .isEqualTo(new HostMemory(200 * MIB, 400 * MIB, 500 * MIB, 600 * MIB, 1200 * MIB));
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
  void sharesAreDealtToTheSlotsOfAllExecutors() {
    RunPlan plan = PlanFixtures.plan(1000);
    assertThat(plan.settings().tree().shares()).isEqualTo(8);
    assertThat(HostMemory.tasks(plan, 4, 1)).as("all slots of one").isEqualTo(4);
    assertThat(HostMemory.tasks(plan, 64, 1)).as("others are idle").isEqualTo(8);
    assertThat(HostMemory.tasks(plan, 64, 16)).as("one has a share, others none").isEqualTo(1);
    assertThat(HostMemory.tasks(plan, 12, 3)).as("eight over three").isEqualTo(3);
    RunPlan steps = PlanFixtures.plan(1000, "treegrpo.update.steps-per-round=4");
    assertThat(HostMemory.tasks(steps, 8, 1)).as("two shares a step").isEqualTo(2);
  }
}
