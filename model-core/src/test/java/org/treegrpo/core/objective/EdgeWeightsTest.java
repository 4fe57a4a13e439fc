package org.treegrpo.core.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class EdgeWeightsTest {

  @Test
  void meanSharesATreesWeightAmongItsEdges() {
    assertThat(EdgeWeights.perTree(new int[] {3, 0, 6}, EdgeReduction.MEAN))
        .as("two trees count; the fully masked one does not")
        .containsExactly(new double[] {1.0 / 6, 0, 1.0 / 12}, within(1e-16));
  }

  @Test
  void sumGivesEveryEdgeItsTreesWeight() {
    assertThat(EdgeWeights.perTree(new int[] {3, 0, 6}, EdgeReduction.SUM))
        .as("1 / trees")
        .containsExactly(0.5, 0, 0.5);
  }

  @Property(tries = 100)
  void weightsOfAMeanAddUpToOne(
      @ForAll @Size(min = 1, max = 20) List<@IntRange(max = 1000) Integer> counts) {
    int[] edges = counts.stream().mapToInt(Integer::intValue).toArray();
    Assume.that(counts.stream().anyMatch(count -> count > 0));
    double[] weights = EdgeWeights.perTree(edges, EdgeReduction.MEAN);
    double sum = 0;
    for (int tree = 0; tree < edges.length; tree++) {
      sum += edges[tree] * weights[tree];
    }
    assertThat(sum).as("total weight").isCloseTo(1, within(1e-12));
  }

  @Test
  void aRoundWithoutEdgesHasNoWeight() {
    assertThat(EdgeWeights.perTree(new int[] {0, 0}, EdgeReduction.MEAN))
        .as("all masked")
        .containsExactly(0, 0);
  }

  @Test
  void refusesANegativeCount() {
    assertThatThrownBy(() -> EdgeWeights.perTree(new int[] {1, -2}, EdgeReduction.SUM))
        .as("tree 1")
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("tree 1 has -2");
  }
}
