package org.treegrpo.core.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.treegrpo.core.topology.Forest;
import org.treegrpo.core.topology.NodePath;
import org.treegrpo.core.topology.Topology;
import org.treegrpo.core.tree.TreeSettings.RootNoise;

class SubtreeSeedsTest {

  private static final int ELEMENTS = 4;

  private final PointwiseDenoiser denoiser = PointwiseDenoiser.tanh(ELEMENTS);

  /**
   * Cutting a tree at any depth, even unevenly, and growing the parts apart gives the same tree.
   */
  @Property(tries = 60)
  void subtreesMakeUpTheWholeTree(
      @ForAll @IntRange(min = 1, max = 3) int branching,
      @ForAll @IntRange(min = 1, max = 3) int width,
      @ForAll long cuts) {
    TreeSettings settings = new TreeSettings(RootNoise.SHARED, 3);
    Topology tree = Trees.topology(8, 2, branching, width);
    List<NodePath> prefixes = new ArrayList<>();
    cut(NodePath.ROOT, branching, width, cuts, prefixes);

    Map<String, EdgeRecord> edges = new HashMap<>();
    Map<String, float[]> leaves = new HashMap<>();
    for (NodePath prefix : prefixes) {
      collect(settings, Trees.below(tree, prefix.toString()), edges, leaves);
    }
    try (GrownShare whole = grow(settings, tree)) {
      assertThat(edges).as("edges of %s", prefixes).hasSameSizeAs(EdgeRecord.of(whole));
      for (EdgeRecord edge : EdgeRecord.of(whole)) {
        assertThat(edges.get(edge.path().toString()))
            .as("edge %s of %s", edge.path(), prefixes)
            .isEqualTo(edge);
      }
      List<LeafRecord> ofWhole = LeafRecord.of(whole);
      assertThat(leaves).hasSameSizeAs(ofWhole);
      for (int i = 0; i < ofWhole.size(); i++) {
        assertThat(leaves.get(ofWhole.get(i).path().toString()))
            .as("leaf %d of %s", i, prefixes)
            .isEqualTo(Arrays.copyOfRange(whole.leafLatents(), i * ELEMENTS, (i + 1) * ELEMENTS));
      }
    }
  }

  @Test
  void anEdgeOnThePrefixBelongsToTheFirstSubtreeBelowIt() {
    TreeSettings settings = new TreeSettings(RootNoise.SHARED, 8);
    assertThat(ownedPaths(settings, "0.0")).containsExactly("0", "0.0", "0.0.0", "0.0.1");
    assertThat(ownedPaths(settings, "0.1")).containsExactly("0.1", "0.1.0", "0.1.1");
    assertThat(ownedPaths(settings, "1.0")).containsExactly("1", "1.0", "1.0.0", "1.0.1");
    assertThat(ownedPaths(settings, "1.1.1")).as("a single leaf").containsExactly("1.1.1");
  }

  @Test
  void thePrefixCostsOneEvaluationANode() {
    TreeSettings settings = new TreeSettings(RootNoise.SHARED, 8);
    long before = denoiser.evaluations().rollout();
    grow(settings, Trees.below(Trees.topology(8, 2, 2, 3), "1.0")).close();
    assertThat(denoiser.evaluations().rollout() - before)
        .as("2 steps, nodes '', 1 and 1.0, then 3 steps of 2 leaves")
        .isEqualTo(2 + 3 + 3 * 2);
  }

  @Test
  void rowsWithoutOwnedEdgesStayInTheirBatch() {
    TreeSettings settings = new TreeSettings(RootNoise.SHARED, 8);
    try (GrownShare share = grow(settings, Trees.below(Trees.topology(8, 2, 2, 2), "1.1"))) {
      ParentBatch first = share.parentBatches().get(0);
      assertThat(first.rows()).as("the root was evaluated").isEqualTo(1);
      assertThat(first.endEdge(0)).as("but owns no edge").isEqualTo(first.firstEdge(0));
    }
  }

  private List<String> ownedPaths(TreeSettings settings, String prefix) {
    try (GrownShare share = grow(settings, Trees.below(Trees.topology(8, 2, 2, 3), prefix))) {
      return EdgeRecord.of(share).stream().map(e -> e.path().toString()).toList();
    }
  }

  private void collect(
      TreeSettings settings,
      Topology part,
      Map<String, EdgeRecord> edges,
      Map<String, float[]> leaves) {
    try (GrownShare share = grow(settings, part)) {
      for (EdgeRecord edge : EdgeRecord.of(share)) {
        assertThat(edges.put(edge.path().toString(), edge))
            .as("edge %s is owned once", edge.path())
            .isNull();
      }
      List<LeafRecord> ofPart = LeafRecord.of(share);
      for (int i = 0; i < ofPart.size(); i++) {
        float[] latent = Arrays.copyOfRange(share.leafLatents(), i * ELEMENTS, (i + 1) * ELEMENTS);
        assertThat(leaves.put(ofPart.get(i).path().toString(), latent)).isNull();
      }
    }
  }

  private GrownShare grow(TreeSettings settings, Topology part) {
    Forest forest = Trees.forest(part, 1, "a");
    return new TreeGrower(denoiser, Trees.flowSampler(8), settings)
        .grow(new RoundKey(1, 1), forest, Trees::conditioning);
  }

  /** Splits a node into its children where the bit of {@code cuts} says so. */
  private static void cut(
      NodePath node, int branching, int width, long cuts, List<NodePath> prefixes) {
    boolean split = (cuts >>> Math.floorMod(node.hashCode(), 64) & 1) == 1;
    if (node.depth() == width || !split) {
      prefixes.add(node);
      return;
    }
    for (int i = 0; i < branching; i++) {
      cut(node.child(i), branching, width, cuts, prefixes);
    }
  }
}
