package org.treegrpo.core.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.treegrpo.core.Golden;
import org.treegrpo.core.base.Services;
import org.treegrpo.core.topology.Forest;
import org.treegrpo.core.topology.Topology;
import org.treegrpo.core.transition.Steps;
import org.treegrpo.core.transition.Transition;
import org.treegrpo.core.tree.PointwiseDenoiser.Call;
import org.treegrpo.core.tree.TreeSettings.RootNoise;

class TreeGrowerTest {

  private static final int ELEMENTS = 6;

  private static final RoundKey KEY = new RoundKey(7, 1);

  private final PointwiseDenoiser denoiser = PointwiseDenoiser.tanh(ELEMENTS);

  @ParameterizedTest
  @CsvSource({"k3w3, 3, 3, 6", "k2w4, 2, 4, 5"})
  void countsAreTheGoldenOnes(String name, int branching, int width, int lastStart) {
    JsonNode golden = Golden.at("/counts/" + name);
    for (int start = 0; start <= lastStart; start++) {
      PointwiseDenoiser counting = PointwiseDenoiser.tanh(ELEMENTS);
      Topology tree = Trees.topology(10, start, branching, width);
      try (GrownShare share = grow(grower(counting, 5), Trees.forest(tree, 1, "a"))) {
        assertThat(share.forest().leaves()).as("L").isEqualTo(golden.get("leaves").asInt());
        assertThat(share.forest().edges()).as("E").isEqualTo(golden.get("edges").asInt());
        assertThat(share.parentBatches().stream().mapToInt(ParentBatch::rows).sum())
            .as("P")
            .isEqualTo(golden.get("parents").asInt());
        assertThat(counting.evaluations().rollout())
            .as("rollout evaluations from start %d", start)
            .isEqualTo(golden.get("fwd_by_start").get(Integer.toString(start)).asLong())
            .isEqualTo(tree.evaluations());
      }
    }
  }

  @Test
  void aShareCountsEveryTree() {
    Topology tree = Trees.topology(10, 4, 2, 3);
    try (GrownShare share = grow(grower(denoiser, 7), Trees.forest(tree, 3, "a", "b"))) {
      assertThat(denoiser.evaluations().rollout()).isEqualTo(6 * tree.evaluations());
      assertThat(share.forest().edges()).isEqualTo(6 * tree.edges());
      assertThat(share.bytes())
          .as("1 + E states a tree and the leaf latents")
          .isEqualTo(6 * (tree.bytes(ELEMENTS) + (long) tree.leaves() * ELEMENTS * Float.BYTES));
    }
  }

  @Test
  void everyEdgeAppearsOnceInItsPlace() {
    try (GrownShare share =
        grow(grower(denoiser, 100), Trees.forest(Trees.topology(10, 4, 3, 2), 2, "a"))) {
      assertThat(EdgeRecord.of(share).stream().map(e -> e.seed() + ":" + e.path()))
          .as("by depth, then seed, then path")
          .containsExactly(
              "0:0", "0:1", "0:2", "1:0", "1:1", "1:2", "0:0.0", "0:0.1", "0:0.2", "0:1.0", "0:1.1",
              "0:1.2", "0:2.0", "0:2.1", "0:2.2", "1:0.0", "1:0.1", "1:0.2", "1:1.0", "1:1.1",
              "1:1.2", "1:2.0", "1:2.1", "1:2.2");
      for (EdgeRecord edge : EdgeRecord.of(share)) {
        assertThat(edge.step()).as("step of %s", edge.path()).isEqualTo(3 + edge.depth());
      }
      assertThat(LeafRecord.of(share).stream().map(l -> l.seed() + ":" + l.path()))
          .containsExactly(
              "0:0.0", "0:0.1", "0:0.2", "0:1.0", "0:1.1", "0:1.2", "0:2.0", "0:2.1", "0:2.2",
              "1:0.0", "1:0.1", "1:0.2", "1:1.0", "1:1.1", "1:1.2", "1:2.0", "1:2.1", "1:2.2");
    }
  }

  /** Otherwise a replay would not be exact on a network whose rows influence each other's bits. */
  @ParameterizedTest
  @ValueSource(ints = {1, 4, 5, 1000})
  void parentBatchesAreTheRolloutBatches(int maxBatch) {
    try (GrownShare share =
        grow(grower(denoiser, maxBatch), Trees.forest(Trees.topology(10, 2, 2, 3), 2, "a", "b"))) {
      Set<Float> windowTimes =
          share.parentBatches().stream()
              .map(batch -> Trees.flowSampler(10).sdeStep(batch.step()).timestep())
              .collect(Collectors.toSet());
      List<Call> calls =
          denoiser.calls().stream().filter(c -> windowTimes.contains(c.timestep())).toList();
      assertThat(share.parentBatches()).as("one per rollout call").hasSameSizeAs(calls);
      for (int i = 0; i < calls.size(); i++) {
        ParentBatch batch = share.parentBatches().get(i);
        assertThat(batch.rows()).isLessThanOrEqualTo(maxBatch);
        assertThat(batch.latents()).as("rows of batch %d", i).isEqualTo(calls.get(i).latents());
        assertThat(batch.conditioning()).isEqualTo(calls.get(i).conditioning());
      }
    }
  }

  /** The denoiser treats rows one by one, so nothing may depend on how rows are batched. */
  @Test
  void batchingDoesNotChangeTheTrees() {
    Forest forest = Trees.forest(Trees.topology(10, 2, 2, 3), 2, "a", "b");
    try (GrownShare one = grow(grower(denoiser, 1), forest);
        GrownShare many = grow(grower(denoiser, 64), forest)) {
      assertThat(EdgeRecord.of(one)).isEqualTo(EdgeRecord.of(many));
      assertThat(one.leafLatents()).isEqualTo(many.leafLatents());
    }
  }

  @Test
  void aTreeDoesNotDependOnItsNeighbours() {
    TreeGrower grower = grower(denoiser, 3);
    Forest forest = Trees.forest(Trees.topology(10, 3, 2, 2), 2, "a", "b");
    try (GrownShare all = grow(grower, forest);
        GrownShare alone = grow(grower, new Forest(forest.trees().subList(2, 3)))) {
      List<Double> together =
          EdgeRecord.of(all).stream()
              .filter(e -> e.seed() == 2)
              .map(EdgeRecord::logProbOld)
              .toList();
      assertThat(EdgeRecord.of(alone).stream().map(EdgeRecord::logProbOld).toList())
          .isEqualTo(together);
    }
  }

  @Test
  void roundsAndSeedsGiveOtherTrees() {
    TreeGrower grower = grower(denoiser, 8);
    Forest forest = Trees.forest(Trees.topology(10, 3, 2, 2), 1, "a");
    try (GrownShare first = grow(grower, new RoundKey(7, 1), forest);
        GrownShare again = grow(grower, new RoundKey(7, 1), forest);
        GrownShare nextRound = grow(grower, new RoundKey(7, 2), forest);
        GrownShare otherRun = grow(grower, new RoundKey(8, 1), forest)) {
      assertThat(again.leafLatents()).as("the same key").isEqualTo(first.leafLatents());
      assertThat(nextRound.leafLatents()).as("next round").isNotEqualTo(first.leafLatents());
      assertThat(otherRun.leafLatents()).as("other run").isNotEqualTo(first.leafLatents());
    }
  }

  @Test
  void aWindowOverAllStepsTrainsTheWholeTrajectory() {
    TreeSettings settings = new TreeSettings(RootNoise.INDEPENDENT, 8);
    TreeGrower grower = new TreeGrower(denoiser, Trees.flowSampler(4), settings);
    try (GrownShare share = grow(grower, Trees.forest(Trees.topology(4, 0, 1, 4), 3, "a"))) {
      assertThat(share.forest().edges()).isEqualTo(12);
      assertThat(denoiser.evaluations().rollout()).isEqualTo(12);
    }
  }

  @Test
  void aPreviewHoldsTheCleanEstimateOfEveryWindowParent() {
    try (GrownShare share =
        grower(denoiser, 3)
            .grow(KEY, Trees.forest(Trees.topology(10, 2, 2, 3), 2, "a"), Trees::conditioning, 1)) {
      Topology tree = share.forest().trees().get(1).topology();
      assertThat(share.previews().keySet().stream().map(node -> tree.path(node).toString()))
          .containsExactly("", "0", "1", "0.0", "0.1", "1.0", "1.1");
      ParentBatch batch = share.parentBatches().get(0);
      float[] latents = batch.latents();
      float[] outputs = new float[latents.length];
      denoiser.predict(
          latents, Trees.flowSampler(10).sdeStep(2).timestep(), batch.conditioning(), outputs);
      double sigma = Trees.flowSampler(10).sdeStep(2).timestep() / 1000;
      float[] root = share.previews().get(0);
      for (int i = 0; i < ELEMENTS; i++) {
        assertThat(root[i])
            .as("x - sigma v of the second seed's root, element %d", i)
            .isCloseTo(
                (float) (latents[ELEMENTS + i] - sigma * outputs[ELEMENTS + i]), within(1e-6f));
      }
    }
  }

  @Test
  void withoutAPreviewNothingIsKept() {
    try (GrownShare share =
        grow(grower(denoiser, 3), Trees.forest(Trees.topology(10, 2, 2, 2), 1, "a"))) {
      assertThat(share.previews()).isEmpty();
    }
  }

  @Test
  void impossibleRequestsAreRefused() {
    assertThatThrownBy(() -> Trees.topology(10, 8, 2, 3))
        .as("window beyond the end")
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("3 steps from 8");
    assertThatThrownBy(() -> new Forest(List.of())).hasMessageContaining("seed");
    Forest other = Trees.forest(Trees.topology(9, 0, 2, 2), 1, "a");
    assertThatThrownBy(() -> grow(grower(denoiser, 3), other))
        .as("trees of another number of steps")
        .hasMessageContaining("9 steps");
    Forest forest = Trees.forest(Trees.topology(10, 0, 2, 2), 1, "a");
    TreeSettings settings = new TreeSettings(RootNoise.SHARED, 4);
    for (String kind : Services.names(Transition.class)) {
      TreeGrower quiet =
          new TreeGrower(denoiser, Trees.sampler(10, Steps.named(kind), 0), settings);
      assertThatThrownBy(() -> grow(quiet, forest))
          .as("%s without noise", kind)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("eta > 0");
    }
  }

  private static TreeGrower grower(PointwiseDenoiser denoiser, int maxBatch) {
    TreeSettings settings = new TreeSettings(RootNoise.INDEPENDENT, maxBatch);
    return new TreeGrower(denoiser, Trees.flowSampler(10), settings);
  }

  private static GrownShare grow(TreeGrower grower, Forest forest) {
    return grow(grower, KEY, forest);
  }

  private static GrownShare grow(TreeGrower grower, RoundKey key, Forest forest) {
    return grower.grow(key, forest, Trees::conditioning);
  }
}
