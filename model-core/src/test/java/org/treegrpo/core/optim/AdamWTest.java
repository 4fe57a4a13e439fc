package org.treegrpo.core.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class AdamWTest {

  private static final AdamWSettings SETTINGS = new AdamWSettings(0.9, 0.999, 1e-8, 0.1);

  @Test
  void threeStepsEqualTheUpdateRuleWorkedOutInDouble() {
    float[] weights = {1, -2};
    AdamW optimizer = new AdamW(SETTINGS, 2);
    optimizer.step(weights, new float[] {0.5f, -1}, 0.01);
    assertThat(weights)
        .as("first step: lr wd of each weight and lr against the sign of the gradient")
        .containsExactly(new float[] {0.989f, -1.988f}, within(2e-7f));
    optimizer.step(weights, new float[] {-0.25f, 3}, 0.01);
    assertThat(weights)
        .as("second step")
        .containsExactly(new float[] {0.9853476f, -1.990954f}, within(3e-7f));
    optimizer.step(weights, new float[] {0.125f, 0.5f}, 0.01);
    assertThat(weights)
        .as("third step")
        .containsExactly(new float[] {0.980958f, -1.9937342f}, within(4e-7f));
    assertThat(optimizer.firstMoment().toArray())
        .as("first moments")
        .containsExactly(new float[] {0.0305f, 0.239f}, within(1e-7f));
    assertThat(optimizer.secondMoment().toArray())
        .as("second moments")
        .containsExactly(new float[] {3.275627e-4f, 0.010239001f}, within(1e-8f));
    assertThat(optimizer.steps()).as("steps").isEqualTo(3);
  }

  @Test
  void aConstantGradientMovesByTheLearningRateEachStep() {
    float[] weights = {0, 0};
    AdamW optimizer = new AdamW(new AdamWSettings(0.9, 0.999, 1e-3, 0), 2);
    for (int step = 0; step < 50; step++) {
      optimizer.step(weights, new float[] {4, -1e-3f}, 1e-2);
    }
    assertThat(weights)
        .as("bias-corrected moments are g and g^2 at once: 50 lr g / (|g| + eps)")
        .containsExactly(new float[] {-0.5f * 4 / 4.001f, 0.25f}, within(2e-5f));
  }

  @Test
  void decayIsDecoupledFromTheMoments() {
    float[] weights = {1, -3};
    AdamW optimizer = new AdamW(SETTINGS, 2);
    for (int step = 0; step < 20; step++) {
      optimizer.step(weights, new float[2], 0.1);
    }
    float left = (float) Math.pow(1 - 0.01, 20);
    assertThat(weights)
        .as("(1 - lr wd)^20 without a gradient")
        .containsExactly(new float[] {left, -3 * left}, within(2e-6f));
    assertThat(optimizer.firstMoment().toArray()).as("moments see no decay").containsExactly(0, 0);
  }

  @Test
  void aRestoredOptimizerContinuesToTheBit() {
    Random random = new Random(1);
    float[] weights = {0.5f, -1, 2};
    AdamW optimizer = new AdamW(SETTINGS, 3);
    for (int step = 0; step < 5; step++) {
      optimizer.step(weights, gradient(random), 1e-3);
    }
    float[] restoredWeights = weights.clone();
    AdamW restored =
        AdamW.restore(
            SETTINGS,
            OffHeapVector.of(optimizer.firstMoment().toArray()),
            OffHeapVector.of(optimizer.secondMoment().toArray()),
            optimizer.steps());
    for (int step = 0; step < 5; step++) {
      float[] gradient = gradient(random);
      optimizer.step(weights, gradient, 1e-3);
      restored.step(restoredWeights, gradient, 1e-3);
    }
    assertThat(restoredWeights).as("weights after five more steps").containsExactly(weights);
    assertThat(restored.steps()).as("step count goes on").isEqualTo(10);
  }

  @Test
  void refusesArraysOfAnotherSize() {
    AdamW optimizer = new AdamW(SETTINGS, 2);
    assertThatThrownBy(() -> optimizer.step(new float[2], new float[3], 1))
        .as("gradient")
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("gradient has 3 elements, the optimizer 2");
    assertThatThrownBy(() -> AdamW.restore(SETTINGS, new OffHeapVector(2), new OffHeapVector(3), 1))
        .as("moments")
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must agree");
    assertThatThrownBy(
            () -> AdamW.restore(SETTINGS, new OffHeapVector(2), new OffHeapVector(2), -1))
        .as("steps")
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-1");
    assertThat(optimizer.steps()).as("a refused step does not count").isZero();
  }

  @Test
  void refusesConstantsOutsideTheirRange() {
    assertRefused("beta1", () -> new AdamWSettings(1, 0.999, 1e-8, 0));
    assertRefused("beta2", () -> new AdamWSettings(0.9, -0.1, 1e-8, 0));
    assertRefused("epsilon", () -> new AdamWSettings(0.9, 0.999, 0, 0));
    assertRefused("weight decay", () -> new AdamWSettings(0.9, 0.999, 1e-8, Double.NaN));
  }

  private static void assertRefused(String name, Runnable construction) {
    assertThatThrownBy(construction::run)
        .as(name)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(name);
  }

  private static float[] gradient(Random random) {
    return new float[] {random.nextFloat() - 0.5f, random.nextFloat(), -random.nextFloat()};
  }
}
