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
import org.treegrpo.core.topology.NodePath;
import org.treegrpo.core.topology.TreeSeed;
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
    TreeSettings settings = new TreeSettings(new TreeShape(branching, width), RootNoise.SHARED, 3);
    List<NodePath> prefixes = new ArrayList<>();
    cut(NodePath.ROOT, branching, width, cuts, prefixes);

    Map<String, EdgeRecord> edges = new HashMap<>();
    Map<String, float[]> leaves = new HashMap<>();
    for (NodePath prefix : prefixes) {
      collect(settings, prefix, edges, leaves);
    }
    try (GrownShare whole = grow(settings, NodePath.ROOT)) {
      assertThat(edges).as("edges of %s", prefixes).hasSameSizeAs(whole.edges());
      for (EdgeRecord edge : whole.edges()) {
        assertThat(edges.get(edge.path().toString()))
            .as("edge %s of %s", edge.path(), prefixes)
            .isEqualTo(edge);
      }
      assertThat(leaves).hasSameSizeAs(whole.leaves());
      for (int i = 0; i < whole.leaves().size(); i++) {
        assertThat(leaves.get(whole.leaves().get(i).path().toString()))
            .as("leaf %d of %s", i, prefixes)
            .isEqualTo(Arrays.copyOfRange(whole.leafLatents(), i * ELEMENTS, (i + 1) * ELEMENTS));
      }
    }
  }

  @Test
  void anEdgeOnThePrefixBelongsToTheFirstSubtreeBelowIt() {
    TreeSettings settings = new TreeSettings(new TreeShape(2, 3), RootNoise.SHARED, 8);
    assertThat(ownedPaths(settings, "0.0")).containsExactly("0", "0.0", "0.0.0", "0.0.1");
    assertThat(ownedPaths(settings, "0.1")).containsExactly("0.1", "0.1.0", "0.1.1");
    assertThat(ownedPaths(settings, "1.0")).containsExactly("1", "1.0", "1.0.0", "1.0.1");
    assertThat(ownedPaths(settings, "1.1.1")).as("a single leaf").containsExactly("1.1.1");
  }

  @Test
  void thePrefixCostsOneEvaluationANode() {
    TreeSettings settings = new TreeSettings(new TreeShape(2, 3), RootNoise.SHARED, 8);
    long before = denoiser.evaluations().rollout();
    grow(settings, NodePath.parse("1.0")).close();
    assertThat(denoiser.evaluations().rollout() - before)
        .as("2 steps, nodes '', 1 and 1.0, then 3 steps of 2 leaves")
        .isEqualTo(2 + 3 + 3 * 2);
  }

  @Test
  void rowsWithoutOwnedEdgesStayInTheirBatch() {
    TreeSettings settings = new TreeSettings(new TreeShape(2, 2), RootNoise.SHARED, 8);
    try (GrownShare share = grow(settings, NodePath.parse("1.1"))) {
      ParentBatch first = share.parentBatches().get(0);
      assertThat(first.rows()).as("the root was evaluated").isEqualTo(1);
      assertThat(first.endEdge(0)).as("but owns no edge").isEqualTo(first.firstEdge(0));
    }
  }

  private List<String> ownedPaths(TreeSettings settings, String prefix) {
    try (GrownShare share = grow(settings, NodePath.parse(prefix))) {
      return share.edges().stream().map(e -> e.path().toString()).toList();
    }
  }

  private void collect(
      TreeSettings settings,
      NodePath prefix,
      Map<String, EdgeRecord> edges,
      Map<String, float[]> leaves) {
    try (GrownShare part = grow(settings, prefix)) {
      for (EdgeRecord edge : part.edges()) {
        assertThat(edges.put(edge.path().toString(), edge))
            .as("edge %s is owned once", edge.path())
            .isNull();
      }
      for (int i = 0; i < part.leaves().size(); i++) {
        float[] latent = Arrays.copyOfRange(part.leafLatents(), i * ELEMENTS, (i + 1) * ELEMENTS);
        assertThat(leaves.put(part.leaves().get(i).path().toString(), latent)).isNull();
      }
    }
  }

  private GrownShare grow(TreeSettings settings, NodePath prefix) {
    TreeSeed seed = new TreeSeed("a", 0, prefix, Trees.conditioning("a"));
    return new TreeGrower(denoiser, Trees.flowSampler(8), settings)
        .grow(new RoundKey(1, 1, 2), List.of(seed));
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
