package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.treegrpo.core.optim.DivergedException;

/** A gradient that is not finite reaches no weight. */
class LeftOutStepTest {

  @TempDir Path directory;

  private PolicyOptimizer optimizer(float[] weights, String action) throws Exception {
    return new PolicyOptimizer(
        new TinyRun(directory).settings("unused", "treegrpo.guards.not-finite.action=" + action),
        weights);
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
  void itEndsTheRunBeforeAWeightMoves(float bad) throws Exception {
    float[] weights = {1, 2};
    PolicyOptimizer optimizer = optimizer(weights, "stop");
    assertThatThrownBy(() -> optimizer.step(new float[] {1, bad}, 1))
        .isInstanceOf(DivergedException.class)
        .hasMessageContaining("gradient element 1 is not finite");
    assertThat(weights).containsExactly(1, 2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"warn", "lower-rate"})
  void orTheStepIsLeftOut(String action) throws Exception {
    float[] weights = {1, 2};
    PolicyOptimizer optimizer = optimizer(weights, action);
    assertThat(optimizer.step(new float[] {1, Float.NaN}, 1).isLeftOut()).isTrue();
    assertThat(weights).as("weights").containsExactly(1, 2);
    assertThat(optimizer.steps()).as("steps that AdamW counts").isZero();
    optimizer.step(new float[] {1, 1}, 1);
    float[] alone = {1, 2};
    optimizer(alone, action).step(new float[] {1, 1}, 1);
    assertThat(weights).as("the next one is the first").containsExactly(alone);
  }

  @Test
  void aLoweredRateIsAShorterStep() throws Exception {
    float[] weights = {1, 2};
    PolicyOptimizer.Step step = optimizer(weights, "stop").step(new float[] {1, 1}, 0.5);
    assertThat(step.learningRate()).as("half of the configured").isEqualTo(5e-4);
    assertThat(1 - weights[0]).as("AdamW's first step is the rate").isBetween(4.9e-4f, 5.1e-4f);
  }
}
