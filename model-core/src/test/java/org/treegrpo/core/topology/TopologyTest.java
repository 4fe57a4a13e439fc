package org.treegrpo.core.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class TopologyTest {

  private static Topology tree(int steps, int start, Integer... branching) {
    return Topology.of(new BranchSchedule(steps, start, List.of(branching)));
  }

  @Test
  void aWindowHasTheCountsOfTheFormulas() {
    Topology tree = Topology.of(BranchSchedule.window(10, 2, 3, 3));
    assertThat(tree.leaves()).as("L = k^w").isEqualTo(27);
    assertThat(tree.parents()).as("P = (k^w - 1) / (k - 1)").isEqualTo(13);
    assertThat(tree.edges()).as("E = k + .. + k^w").isEqualTo(39);
    assertThat(tree.evaluations()).as("i + P + L (T - i - w)").isEqualTo(2 + 13 + 27 * 5);
    assertThat(tree.bytes(8)).as("1 + E states").isEqualTo(40 * 8 * 4);
  }

  /**
   * BranchGRPO's splits 0, 3, 6, 9 of 20 steps, all of them stochastic (ALGORITHMS.md section 3).
   */
  @Test
  void stepsMayBranchDifferently() {
    Integer[] branching =
        IntStream.range(0, 20).mapToObj(t -> t % 3 == 0 && t < 10 ? 2 : 1).toArray(Integer[]::new);
    Topology tree = tree(20, 0, branching);
    assertThat(tree.leaves()).as("leaves").isEqualTo(16);
    assertThat(tree.parents()).as("node evaluations").isEqualTo(203);
    assertThat(tree.edges()).as("edges").isEqualTo(218);
    assertThat(tree.evaluations()).as("no deterministic step").isEqualTo(203);
  }

  @Property(tries = 100)
  void parentsChildrenAndPathsAgree(
      @ForAll @Size(min = 1, max = 4) List<@IntRange(min = 1, max = 3) Integer> branching) {
    Topology tree = Topology.of(new BranchSchedule(9, 2, branching));
    for (int node = 1; node < tree.nodes(); node++) {
      int parent = tree.parent(node);
      assertThat(node)
          .as("node %d among its parent's children", node)
          .isBetween(tree.firstChild(parent), tree.firstChild(parent) + tree.children(parent) - 1);
      assertThat(tree.path(node).parent()).as("path of %d", node).isEqualTo(tree.path(parent));
      assertThat(tree.depth(node)).as("depth of %d", node).isEqualTo(tree.depth(parent) + 1);
      assertThat(tree.step(node)).as("step of %d", node).isEqualTo(1 + tree.depth(node));
      assertThat(tree.firstAt(tree.depth(node)) + tree.position(node))
          .as("of a whole tree, index and position say the same")
          .isEqualTo(node);
    }
    assertThat(tree.parent(0)).as("the root has none").isNegative();
    assertThat(tree.children(tree.nodes() - 1)).as("a leaf has none").isZero();
  }

  @Property(tries = 100)
  void partsOwnEveryEdgeOnceAndKnowTheirPlaceInTheWhole(
      @ForAll @Size(min = 1, max = 4) List<@IntRange(min = 1, max = 3) Integer> branching,
      @ForAll @IntRange(min = 0, max = 4) int depthOrMore) {
    Topology tree = Topology.of(new BranchSchedule(9, 2, branching));
    int depth = Math.min(depthOrMore, branching.size());
    List<Topology> parts = tree.split(depth);
    assertThat(parts).as("one below each node").hasSize(tree.nodesAt(depth));
    Set<Integer> owned = new HashSet<>();
    int leaves = 0;
    for (Topology part : parts) {
      leaves += part.leaves();
      for (int node = 0; node < part.nodes(); node++) {
        int whole = tree.firstAt(part.depth(node)) + part.position(node);
        assertThat(part.path(node)).as("path").isEqualTo(tree.path(whole));
        if (part.owns(node)) {
          assertThat(owned.add(whole)).as("edge %s is owned once", part.path(node)).isTrue();
        }
      }
    }
    assertThat(owned).as("edges").hasSize(tree.edges());
    assertThat(leaves).as("leaves").isEqualTo(tree.leaves());
  }

  @Test
  void aForestCountsByDepthAndThenByTree() {
    Topology whole = tree(5, 1, 2, 2);
    Topology part = whole.split(1).get(1);
    Forest forest = new Forest(List.of(new TreeSeed("a", 0, whole), new TreeSeed("b", 3, part)));
    List<String> rows = new ArrayList<>();
    for (int row = 0; row < forest.rows(); row++) {
      rows.add(forest.tree(row) + ":" + forest.seed(row).topology().path(forest.node(row)));
    }
    assertThat(rows)
        .containsExactly(
            "0:", "1:", "0:0", "0:1", "1:1", "0:0.0", "0:0.1", "0:1.0", "0:1.1", "1:1.0", "1:1.1");
    assertThat(IntStream.range(0, forest.edges()).map(forest::row).boxed())
        .as("rows of the edges; the part does not own 1, which 1.0 of no other part would")
        .containsExactly(2, 3, 4, 5, 6, 7, 8, 9, 10);
    assertThat(forest.firstEdge(5)).as("first edge of depth 2").isEqualTo(3);
    assertThat(forest.leaves()).isEqualTo(6);
    assertThat(forest.leafRow(4)).as("first leaf of the part").isEqualTo(9);
  }

  @Test
  void treesOfDifferentSchedulesDoNotGrowTogether() {
    List<TreeSeed> trees =
        List.of(new TreeSeed("a", 0, tree(5, 1, 2)), new TreeSeed("a", 1, tree(5, 2, 2)));
    assertThatThrownBy(() -> new Forest(trees))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("one schedule");
  }

  @Test
  void impossibleSchedulesAreRefused() {
    assertThatThrownBy(() -> BranchSchedule.window(10, 8, 2, 3))
        .hasMessageContaining("3 steps from 8 do not fit into 10");
    assertThatThrownBy(() -> BranchSchedule.window(10, 0, 0, 2)).hasMessageContaining("at least 1");
    Topology chain = Topology.of(BranchSchedule.window(10, 0, 1, 0));
    assertThat(chain.evaluations()).as("a chain without a stochastic step").isEqualTo(10);
    assertThat(chain.edges()).as("has no edge").isZero();
    assertThat(chain.leaves()).as("and one leaf").isEqualTo(1);
  }
}
