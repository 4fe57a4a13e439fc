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
import org.treegrpo.core.topology.NodePath;
import org.treegrpo.core.topology.TreeSeed;
import org.treegrpo.core.transition.Steps;
import org.treegrpo.core.transition.Transition;
import org.treegrpo.core.tree.PointwiseDenoiser.Call;
import org.treegrpo.core.tree.TreeSettings.RootNoise;

class TreeGrowerTest {

  private static final int ELEMENTS = 6;

  private final PointwiseDenoiser denoiser = PointwiseDenoiser.tanh(ELEMENTS);

  @ParameterizedTest
  @CsvSource({"k3w3, 3, 3, 6", "k2w4, 2, 4, 5"})
  void countsAreTheGoldenOnes(String name, int branching, int width, int lastStart) {
    JsonNode golden = Golden.at("/counts/" + name);
    for (int start = 0; start <= lastStart; start++) {
      PointwiseDenoiser counting = PointwiseDenoiser.tanh(ELEMENTS);
      TreeShape shape = new TreeShape(branching, width);
      try (GrownShare share = grower(counting, shape, 5).grow(key(start), Trees.seeds(1, "a"))) {
        assertThat(share.leaves()).as("L").hasSize(golden.get("leaves").asInt());
        assertThat(share.edges()).as("E").hasSize(golden.get("edges").asInt());
        assertThat(share.parentBatches().stream().mapToInt(ParentBatch::rows).sum())
            .as("P")
            .isEqualTo(golden.get("parents").asInt());
        assertThat(counting.evaluations().rollout())
            .as("rollout evaluations from start %d", start)
            .isEqualTo(golden.get("fwd_by_start").get(Integer.toString(start)).asLong())
            .isEqualTo(shape.rolloutEvaluations(10, start));
      }
    }
  }

  @Test
  void aShareCountsEveryTree() {
    TreeShape shape = new TreeShape(2, 3);
    try (GrownShare share = grower(denoiser, shape, 7).grow(key(4), Trees.seeds(3, "a", "b"))) {
      assertThat(denoiser.evaluations().rollout()).isEqualTo(6 * shape.rolloutEvaluations(10, 4));
      assertThat(share.edges()).hasSize(6 * shape.edges());
      assertThat(share.bytes())
          .as("1 + E states a tree and the leaf latents")
          .isEqualTo(6L * (1 + shape.edges() + shape.leaves()) * ELEMENTS * Float.BYTES);
    }
  }

  @Test
  void everyEdgeAppearsOnceInItsPlace() {
    try (GrownShare share =
        grower(denoiser, new TreeShape(3, 2), 100).grow(key(4), Trees.seeds(2, "a"))) {
      assertThat(share.edges().stream().map(e -> e.seed() + ":" + e.path()))
          .as("by depth, then seed, then path")
          .containsExactly(
              "0:0", "0:1", "0:2", "1:0", "1:1", "1:2", "0:0.0", "0:0.1", "0:0.2", "0:1.0", "0:1.1",
              "0:1.2", "0:2.0", "0:2.1", "0:2.2", "1:0.0", "1:0.1", "1:0.2", "1:1.0", "1:1.1",
              "1:1.2", "1:2.0", "1:2.1", "1:2.2");
      for (EdgeRecord edge : share.edges()) {
        assertThat(edge.step()).as("step of %s", edge.path()).isEqualTo(3 + edge.depth());
        assertThat(edge.noiseStd())
            .isEqualTo(Trees.flowSampler(10).sdeStep(edge.step()).noiseStd());
        assertThat(edge.logProbOldSum()).isCloseTo(ELEMENTS * edge.logProbOld(), within(1e-12));
      }
      assertThat(share.leaves().stream().map(l -> l.seed() + ":" + l.path()))
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
        grower(denoiser, new TreeShape(2, 3), maxBatch).grow(key(2), Trees.seeds(2, "a", "b"))) {
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
    TreeShape shape = new TreeShape(2, 3);
    List<TreeSeed> seeds = Trees.seeds(2, "a", "b");
    try (GrownShare one = grower(denoiser, shape, 1).grow(key(2), seeds);
        GrownShare many = grower(denoiser, shape, 64).grow(key(2), seeds)) {
      assertThat(one.edges()).isEqualTo(many.edges());
      assertThat(one.leafLatents()).isEqualTo(many.leafLatents());
    }
  }

  @Test
  void aTreeDoesNotDependOnItsNeighbours() {
    TreeGrower grower = grower(denoiser, new TreeShape(2, 2), 3);
    List<TreeSeed> seeds = Trees.seeds(2, "a", "b");
    try (GrownShare all = grower.grow(key(3), seeds);
        GrownShare alone = grower.grow(key(3), seeds.subList(2, 3))) {
      List<Double> together =
          all.edges().stream().filter(e -> e.seed() == 2).map(EdgeRecord::logProbOld).toList();
      assertThat(alone.edges().stream().map(EdgeRecord::logProbOld).toList()).isEqualTo(together);
    }
  }

  @Test
  void roundsAndSeedsGiveOtherTrees() {
    TreeGrower grower = grower(denoiser, new TreeShape(2, 2), 8);
    List<TreeSeed> seeds = Trees.seeds(1, "a");
    try (GrownShare first = grower.grow(new RoundKey(7, 1, 3), seeds);
        GrownShare again = grower.grow(new RoundKey(7, 1, 3), seeds);
        GrownShare nextRound = grower.grow(new RoundKey(7, 2, 3), seeds);
        GrownShare otherRun = grower.grow(new RoundKey(8, 1, 3), seeds)) {
      assertThat(again.leafLatents()).as("the same key").isEqualTo(first.leafLatents());
      assertThat(nextRound.leafLatents()).as("next round").isNotEqualTo(first.leafLatents());
      assertThat(otherRun.leafLatents()).as("other run").isNotEqualTo(first.leafLatents());
    }
  }

  @Test
  void aWindowOverAllStepsTrainsTheWholeTrajectory() {
    TreeSettings settings = new TreeSettings(new TreeShape(1, 4), RootNoise.INDEPENDENT, 8);
    TreeGrower grower = new TreeGrower(denoiser, Trees.flowSampler(4), settings);
    try (GrownShare share = grower.grow(key(0), Trees.seeds(3, "a"))) {
      assertThat(share.edges()).hasSize(12);
      assertThat(denoiser.evaluations().rollout()).isEqualTo(12);
    }
  }

  @Test
  void aPreviewHoldsTheCleanEstimateOfEveryWindowParent() {
    try (GrownShare share =
        grower(denoiser, new TreeShape(2, 3), 3).grow(key(2), Trees.seeds(2, "a"), 1)) {
      assertThat(share.previews().keySet().stream().map(NodePath::toString))
          .containsExactly("", "0", "1", "0.0", "0.1", "1.0", "1.1");
      ParentBatch batch = share.parentBatches().get(0);
      float[] latents = batch.latents();
      float[] outputs = new float[latents.length];
      denoiser.predict(
          latents, Trees.flowSampler(10).sdeStep(2).timestep(), batch.conditioning(), outputs);
      double sigma = Trees.flowSampler(10).sdeStep(2).timestep() / 1000;
      float[] root = share.previews().get(NodePath.ROOT);
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
        grower(denoiser, new TreeShape(2, 2), 3).grow(key(2), Trees.seeds(1, "a"))) {
      assertThat(share.previews()).isEmpty();
    }
  }

  @Test
  void impossibleRequestsAreRefused() {
    TreeGrower grower = grower(denoiser, new TreeShape(2, 3), 3);
    List<TreeSeed> seeds = Trees.seeds(1, "a");
    assertThatThrownBy(() -> grower.grow(key(8), seeds))
        .as("window beyond the end")
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("3 steps from 8");
    assertThatThrownBy(() -> grower.grow(key(0), List.of())).hasMessageContaining("seed");
    TreeSeed wrong = new TreeSeed("a", 0, NodePath.parse("0.2"), Trees.conditioning("a"));
    assertThatThrownBy(() -> grower.grow(key(0), List.of(wrong)))
        .as("no such path")
        .hasMessageContaining("prefix '0.2'");
    TreeSettings settings = new TreeSettings(new TreeShape(2, 2), RootNoise.SHARED, 4);
    for (String kind : Services.names(Transition.class)) {
      TreeGrower quiet =
          new TreeGrower(denoiser, Trees.sampler(10, Steps.named(kind), 0), settings);
      assertThatThrownBy(() -> quiet.grow(key(0), seeds))
          .as("%s without noise", kind)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("eta > 0");
    }
  }

  private static TreeGrower grower(PointwiseDenoiser denoiser, TreeShape shape, int maxBatch) {
    TreeSettings settings = new TreeSettings(shape, RootNoise.INDEPENDENT, maxBatch);
    return new TreeGrower(denoiser, Trees.flowSampler(10), settings);
  }

  private static RoundKey key(int windowStart) {
    return new RoundKey(7, 1, windowStart);
  }
}
