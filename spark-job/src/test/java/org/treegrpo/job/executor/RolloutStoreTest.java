package org.treegrpo.job.executor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.policy.Denoiser;
import org.treegrpo.core.policy.Forward;
import org.treegrpo.core.process.NoiseSchedule;
import org.treegrpo.core.process.Prediction;
import org.treegrpo.core.process.SigmaSchedule;
import org.treegrpo.core.topology.BranchSchedule;
import org.treegrpo.core.topology.Forest;
import org.treegrpo.core.topology.Topology;
import org.treegrpo.core.topology.TreeSeed;
import org.treegrpo.core.transition.FlowSde;
import org.treegrpo.core.transition.Sampler;
import org.treegrpo.core.transition.SamplerSettings;
import org.treegrpo.core.tree.GrownShare;
import org.treegrpo.core.tree.RoundKey;
import org.treegrpo.core.tree.TreeGrower;
import org.treegrpo.core.tree.TreeSettings;
import org.treegrpo.core.tree.TreeSettings.RootNoise;

class RolloutStoreTest {

  private static final SamplerSettings STEPS =
      new SamplerSettings(4, SigmaSchedule.LINSPACE_SHIFT, 3, new FlowSde(), 0.7);

  private final TreeGrower grower =
      new TreeGrower(
          new Still(),
          Sampler.of(STEPS, Prediction.FLOW_VELOCITY, NoiseSchedule.STABLE_DIFFUSION),
          new TreeSettings(RootNoise.SHARED, 8));

  @Test
  void theNextRoundClosesTheSharesOfTheLast() {
    try (RolloutStore store = new RolloutStore()) {
      GrownShare first = share(1);
      store.put(1, 0, first);
      store.begin(2);
      assertThat(first.bytes()).as("memory of the round before").isZero();
    }
  }

  @Test
  void aLateTaskOfAnOlderRoundClosesNothingOfTheNewerOne() {
    try (RolloutStore store = new RolloutStore()) {
      GrownShare live = share(2);
      store.put(2, 0, live);
      store.begin(1);
      GrownShare late = share(1);
      store.put(1, 0, late);

      assertThat(store.get(2, 0)).as("the share of round 2").containsSame(live);
      assertThat(live.bytes()).as("its memory").isPositive();
      assertThat(late.bytes()).as("memory of a share that nobody asks for").isZero();
      assertThat(store.get(1, 0)).as("a round that is over").isEmpty();
    }
  }

  private GrownShare share(int round) {
    TreeSeed seed = new TreeSeed("a", 0, Topology.of(BranchSchedule.window(4, 1, 2, 1)));
    return grower.grow(
        new RoundKey(1, round), new Forest(List.of(seed)), id -> new Conditioning(List.of()));
  }

  /** A network whose output is 0. */
  private static final class Still implements Denoiser {

    @Override
    public int elements() {
      return 4;
    }

    @Override
    public void predict(
        float[] latents, float timestep, List<Conditioning> conditioning, float[] output) {}

    @Override
    public Forward forward(float[] latents, float timestep, List<Conditioning> conditioning) {
      throw new UnsupportedOperationException("nothing is learned here");
    }

    @Override
    public Evaluations evaluations() {
      return new Evaluations(0, 0, 0);
    }
  }
}
