package org.treegrpo.core.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.tree.TreeSettings.RootNoise;

class GrownShareTest {

  private static final TreeSettings SETTINGS = new TreeSettings(RootNoise.SHARED, 8);

  private final PointwiseDenoiser denoiser = PointwiseDenoiser.tanh(4);
  private final TreeGrower grower = new TreeGrower(denoiser, Trees.flowSampler(6), SETTINGS);

  private GrownShare grow(int round) {
    return grower.grow(
        new RoundKey(1, round),
        Trees.forest(Trees.topology(6, 1, 2, 2), 1, "a"),
        Trees::conditioning);
  }

  @Test
  void droppedLeafLatentsAreGoneAndTheStatesStay() {
    try (GrownShare share = grow(1)) {
      long before = share.bytes();
      share.dropLeafLatents();
      assertThat(share.bytes()).as("4 leaves of 4 floats fewer").isEqualTo(before - 64);
      assertThatThrownBy(share::leafLatents)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("dropped");
      assertThat(share.parentBatches().get(0).latents()).hasSize(4);
    }
  }

  @Test
  void aClosedShareRefusesItsStatesAndKeepsItsRecords() {
    GrownShare share = grow(1);
    share.close();
    share.close();
    assertThat(share.bytes()).isZero();
    assertThat(share.logProbs()).hasSize(6);
    ParentBatch batch = share.parentBatches().get(0);
    assertThatThrownBy(batch::latents)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  /** A reused buffer belongs to one open share at a time, also after a double close. */
  @Test
  void buffersAreReusedOnlyAfterClose() {
    GrownShare first = grow(1);
    first.close();
    first.close();
    try (GrownShare second = grow(2)) {
      float[] root = second.parentBatches().get(0).latents();
      try (GrownShare third = grow(3)) {
        assertThat(third.parentBatches().get(0).latents()).isNotEqualTo(root);
        assertThat(second.parentBatches().get(0).latents())
            .as("an open share is never overwritten")
            .isEqualTo(root);
      }
    }
  }

  @Test
  void aShareBeyondOneBufferIsRefused() {
    assertThatThrownBy(() -> new SlabPool().take(1 << 16, 1 << 14))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("smaller shares");
  }

  /** The children of one window step are the parents of the next. */
  @Test
  void childrenAreTheParentsOfTheNextStep() {
    try (GrownShare share = grow(1)) {
      float[] parents = share.parentBatches().get(1).latents();
      float[] child = new float[4];
      for (int edge = 0; edge < 2; edge++) {
        share.parentBatches().get(0).copyChild(edge, child);
        assertThat(Arrays.copyOfRange(parents, edge * 4, edge * 4 + 4))
            .as("state of node %d", edge)
            .isEqualTo(child);
      }
    }
  }

  @Test
  void odeSamplingIsTheSameForEveryBatchSizeAndLeavesTheRootAlone() {
    float[] roots = new float[7 * 4];
    new NoiseSource(1, 0, RootNoise.INDEPENDENT).root("a", 0, roots, 0, roots.length);
    float[] before = roots.clone();
    List<Conditioning> conditioning = Collections.nCopies(7, Trees.conditioning("a"));
    float[] one = new OdeSampler(denoiser, Trees.flowSampler(6), 1).sample(roots, conditioning);
    long counted = denoiser.evaluations().rollout();
    float[] three = new OdeSampler(denoiser, Trees.flowSampler(6), 3).sample(roots, conditioning);
    assertThat(three).isEqualTo(one);
    assertThat(roots).as("the roots are not changed").isEqualTo(before);
    assertThat(counted).as("N T evaluations").isEqualTo(42);
    assertThatThrownBy(
            () ->
                new OdeSampler(denoiser, Trees.flowSampler(6), 3)
                    .sample(new float[5], conditioning))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("7 rows of 4");
  }
}
