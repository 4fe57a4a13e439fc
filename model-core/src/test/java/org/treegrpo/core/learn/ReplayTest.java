package org.treegrpo.core.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.treegrpo.core.optim.DivergedException;
import org.treegrpo.core.transition.Sampler;
import org.treegrpo.core.tree.GrownShare;
import org.treegrpo.core.tree.ParentBatch;
import org.treegrpo.core.tree.PointwiseDenoiser;
import org.treegrpo.core.tree.RoundKey;
import org.treegrpo.core.tree.TreeGrower;
import org.treegrpo.core.tree.TreeSettings;
import org.treegrpo.core.tree.TreeSettings.RootNoise;
import org.treegrpo.core.tree.Trees;

/** The self-check; that it finds nothing in what it should not is for {@link EdgeLearnerTest}. */
class ReplayTest {

  private static final int ELEMENTS = 8;

  private final PointwiseDenoiser denoiser = PointwiseDenoiser.tanh(ELEMENTS);

  private GrownShare grow(Sampler sampler) {
    return new TreeGrower(denoiser, sampler, new TreeSettings(RootNoise.SHARED, 3))
        .grow(
            new RoundKey(5, 1),
            Trees.forest(Trees.topology(8, 2, 2, 3), 1, "a", "b"),
            Trees::conditioning);
  }

  @Test
  void theSelfCheckNoticesChangedWeights() {
    Sampler sampler = Trees.flowSampler(8);
    try (GrownShare share = grow(sampler)) {
      denoiser.theta()[0] += 1e-3;
      assertThat(Replay.maxRatioDeviation(denoiser, sampler, share, 1)).isPositive();
    }
  }

  @Test
  void theSelfCheckCountsParentsAndReplaysWholeBatches() {
    Sampler sampler = Trees.flowSampler(8);
    try (GrownShare share = grow(sampler)) {
      List<Integer> rows = share.parentBatches().stream().map(ParentBatch::rows).toList();
      int two = rows.get(0) + rows.get(1);
      assertThat(rows.get(0)).as("a batch holds several parents").isGreaterThan(1);

      assertThat(replayed(sampler, share, 0)).as("none").isZero();
      assertThat(replayed(sampler, share, rows.get(0))).as("a batch").isEqualTo(rows.get(0));
      assertThat(replayed(sampler, share, rows.get(0) + 1)).as("one more").isEqualTo(two);
      assertThat(replayed(sampler, share, Integer.MAX_VALUE))
          .as("all there are")
          .isEqualTo(rows.stream().mapToInt(Integer::intValue).sum());
    }
  }

  private int replayed(Sampler sampler, GrownShare share, int parents) {
    int before = denoiser.calls().size();
    Replay.maxRatioDeviation(denoiser, sampler, share, parents);
    return denoiser.calls().stream().skip(before).mapToInt(c -> c.latents().length).sum()
        / ELEMENTS;
  }

  @Test
  void anOutputThatIsNotFiniteIsReported() {
    Sampler sampler = Trees.flowSampler(8);
    try (GrownShare share = grow(sampler)) {
      denoiser.theta()[0] = Double.NaN;
      assertThatThrownBy(() -> Replay.maxRatioDeviation(denoiser, sampler, share, 1))
          .isInstanceOf(DivergedException.class)
          .hasMessageContaining("edge '0' of prompt a, tree 0, at step 2")
          .hasMessageContaining("not finite");
    }
  }
}
