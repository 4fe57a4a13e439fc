package org.treegrpo.core.transition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.treegrpo.core.process.NoiseSchedule;
import org.treegrpo.core.process.Prediction;
import org.treegrpo.core.process.RectifiedFlow;
import org.treegrpo.core.process.SigmaSchedule;

/** Against the exact flow of Gaussian data, along which every trajectory is a straight scaling. */
class DpmSolverTest {

  private static final double DATA_STD = 0.5;
  private static final double FROM = 0.8;
  private static final double TO = 0.4;
  private static final RectifiedFlow FLOW = new RectifiedFlow(SigmaSchedule.LINSPACE_SHIFT, 1);

  /** x keeps its quantile: x_sigma / std_sigma is constant along the ODE. */
  private static double exact(double x, double from, double to) {
    return x * std(to) / std(from);
  }

  private static double std(double sigma) {
    return Math.sqrt((1 - sigma) * (1 - sigma) * DATA_STD * DATA_STD + sigma * sigma);
  }

  private static float velocity(float x, double sigma) {
    double variance = std(sigma) * std(sigma);
    return (float) ((sigma - (1 - sigma) * DATA_STD * DATA_STD) / variance * x);
  }

  private static double solve(Stretch stretch, double[] sigmas, float[] clean) {
    float[] x = {1.3f};
    Stretch.Run run = stretch.begin(clean);
    for (int step = 0; step < stretch.steps(); step++) {
      run.advance(step, x, new float[] {velocity(x[0], sigmas[step])});
    }
    return x[0];
  }

  private static double[] evenly(int steps) {
    double[] sigmas = new double[steps + 1];
    for (int i = 0; i <= steps; i++) {
      sigmas[i] = FROM + i * (TO - FROM) / steps;
    }
    return sigmas;
  }

  /** To a noise level above 0, where the last step may be of second order too. */
  private static double error(int steps) {
    double[] sigmas = evenly(steps);
    double x = solve(new DpmSolver(FLOW, sigmas, FROM), sigmas, new float[0]);
    return Math.abs(x - exact(1.3f, FROM, TO));
  }

  private static double eulerError(int steps) {
    double[] sigmas = evenly(steps);
    float x = 1.3f;
    for (int step = 0; step < steps; step++) {
      x += velocity(x, sigmas[step]) * (float) (sigmas[step + 1] - sigmas[step]);
    }
    return Math.abs(x - exact(1.3f, FROM, TO));
  }

  @Test
  void theErrorFallsWithTheSquareOfTheSteps() {
    assertThat(error(4) / error(8)).as("4 against 8 steps").isBetween(3.5, 4.5);
    assertThat(error(8) / error(16)).as("8 against 16 steps").isBetween(3.5, 4.5);
    assertThat(eulerError(8) / eulerError(16)).as("Euler is of first order").isBetween(1.7, 2.3);
    assertThat(error(16)).as("and smaller than Euler's").isLessThan(eulerError(16) / 4);
  }

  @Test
  void theTailEndsAtZeroWhateverItsLength() {
    double worst = Double.POSITIVE_INFINITY;
    for (int steps = 1; steps <= 8; steps *= 2) {
      double[] sigmas = FLOW.evenly(FROM, steps);
      assertThat(sigmas).as("noise levels").hasSize(steps + 1).endsWith(0);
      double x = solve(new DpmSolver(FLOW, sigmas, FROM), sigmas, new float[0]);
      double error = Math.abs(x - exact(1.3f, FROM, 0));
      assertThat(error).as("%d steps are better than half as many", steps).isLessThan(worst);
      worst = error;
    }
  }

  @Test
  void aSingleStepToZeroIsTheCleanEstimate() {
    double[] sigmas = {FROM, 0};
    double clean = 1.3f - FROM * velocity(1.3f, FROM);
    assertThat(solve(new DpmSolver(FLOW, sigmas, 0.85), sigmas, new float[] {7}))
        .as("of first order, whatever is remembered: lambda ends at infinity")
        .isCloseTo(clean, within(1e-6));
  }

  /** With x0hat of the step before the stretch its first step is of second order already. */
  @Test
  void whatTheWindowKnewMakesTheFirstStepBetter() {
    double before = 0.82;
    float x = 1.3f;
    double atBefore = exact(x, FROM, before);
    float clean = (float) (atBefore - before * velocity((float) atBefore, before));
    double[] sigmas = {FROM, 0.75};
    double without = solve(new DpmSolver(FLOW, sigmas, before), sigmas, new float[0]);
    double with = solve(new DpmSolver(FLOW, sigmas, before), sigmas, new float[] {clean});
    double truth = exact(x, FROM, 0.75);
    assertThat(Math.abs(with - truth)).as("error").isLessThan(Math.abs(without - truth) / 2);
  }

  /** From pure noise lambda begins at minus infinity: the first steps are Euler's. */
  @Test
  void itMayBeginAtPureNoise() {
    Sampler sampler = flash(10);
    Stretch tail = sampler.tail(0);
    assertThat(tail.steps()).as("0.4 of 10 steps").isEqualTo(4);
    float[] x = {1.3f};
    Stretch.Run run = tail.begin(new float[0]);
    for (int step = 0; step < tail.steps(); step++) {
      run.advance(step, x, new float[] {velocity(x[0], tail.modelTime(step) / 1000)});
    }
    assertThat((double) x[0]).as("finite, near the data").isCloseTo(0.65, within(0.3));
  }

  @Test
  void theNumberOfStepsIsAFractionOfThoseLeftAndOneAtLeast() {
    Sampler sampler = flash(10);
    assertThat(sampler.tail(4).steps()).as(".4 of 6").isEqualTo(2);
    assertThat(sampler.tail(9).steps()).as("one at least").isEqualTo(1);
    assertThat(sampler.tail(10).steps()).as("nothing left").isZero();
  }

  @Test
  void itIsForFlowsOnly() {
    assertThatThrownBy(
            () ->
                Sampler.of(
                    new SamplerSettings(
                        10,
                        SigmaSchedule.LINSPACE_SHIFT,
                        1,
                        Steps.named("ddim"),
                        1,
                        Tail.DPM_SOLVER_2M,
                        0.4),
                    Prediction.EPSILON,
                    NoiseSchedule.STABLE_DIFFUSION))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("dpm-solver-2m is for flow policies");
  }

  private static Sampler flash(int steps) {
    return Sampler.of(
        new SamplerSettings(
            steps,
            SigmaSchedule.LINSPACE_SHIFT,
            1,
            Steps.named("flow-sde"),
            0.7,
            Tail.DPM_SOLVER_2M,
            0.4),
        Prediction.FLOW_VELOCITY,
        NoiseSchedule.STABLE_DIFFUSION);
  }
}
