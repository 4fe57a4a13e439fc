package org.treegrpo.job.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LinearFitTest {
  /** Leaves and parents of the paper's ablation (ALGORITHMS.md section 1.6). */
  private static final double[][] TREES = {{27, 13}, {8, 7}, {16, 15}, {64, 21}, {54, 26}};

  private static final double[] SECONDS = {70.0, 39.4, 59.6, 126.3, 120.2};

  @Test
  void theCostLawOfThePaperIsFound() {
    LinearFit fit = LinearFit.of(TREES, SECONDS).orElseThrow();

    assertThat(fit.coefficients().get(0)).as("constant").isCloseTo(20.45, within(0.05));
    assertThat(fit.coefficients().get(1)).as("a leaf").isCloseTo(1.229, within(0.005));
    assertThat(fit.coefficients().get(2)).as("a parent").isCloseTo(1.287, within(0.005));
    for (int i = 0; i < SECONDS.length; i++) {
      assertThat(fit.at(TREES[i])).as("row %d", i).isCloseTo(SECONDS[i], within(0.4));
    }
    assertThat(fit.r2()).as("R^2").isGreaterThan(0.999);
  }

  @Test
  void variablesThatMoveTogetherAreNotTakenApart() {
    double[][] x = {{27, 13}, {54, 26}, {81, 39}, {108, 52}};

    assertThat(LinearFit.of(x, new double[] {1, 2, 3, 4})).as("one direction only").isEmpty();
  }

  @Test
  void constantsAreNotFitted() {
    double[][] same = {{5}, {5}, {5}, {5}};
    double[][] different = {{1}, {2}, {3}, {4}};

    assertThat(LinearFit.of(same, new double[] {1, 2, 3, 4})).as("x does not vary").isEmpty();
    assertThat(LinearFit.of(different, new double[] {2, 2, 2, 2})).as("y does not vary").isEmpty();
  }

  @Test
  void asManyUnknownsAsObservationsAreNoFit() {
    double[][] x = {{1, 2}, {2, 1}, {3, 3}};

    assertThat(LinearFit.of(x, new double[] {1, 2, 3}))
        .as("three unknowns, three rounds: R^2 would be 1 whatever they are")
        .isEmpty();
  }
}
