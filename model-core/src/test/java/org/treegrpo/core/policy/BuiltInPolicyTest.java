package org.treegrpo.core.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.treegrpo.core.process.Prediction;

class BuiltInPolicyTest {

  static PolicySpec spec() {
    return new PolicySpec(
        PolicySpec.Type.BUILT_IN,
        "policy.safetensors",
        new LatentShape(3, 8, 12),
        Prediction.FLOW_VELOCITY,
        Optional.empty(),
        List.of(new PolicySpec.ConditioningInput("characters", List.of(3))),
        Optional.empty(),
        Optional.of(new PolicySpec.NetworkSpec(4, 16, 2, 2, "abc", 4)));
  }

  static float[] noise(int size, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** A network whose zero-initialised layers are not zero, so that every parameter matters. */
  static Policy randomised() {
    Policy policy = Policies.builtIn(spec(), 3);
    float[] weights = noise(policy.parameters().size(), 5);
    for (int i = 0; i < weights.length; i++) {
      weights[i] *= 0.2f;
    }
    policy.install(weights);
    return policy;
  }

  static PolicyBatch batch(int rows) {
    List<Conditioning> conditioning = new ArrayList<>();
    float[] times = new float[rows];
    for (int row = 0; row < rows; row++) {
      conditioning.add(new Conditioning(List.of(new float[] {row % 4, 1, 2})));
      times[row] = 100f * (row + 1);
    }
    return new PolicyBatch(rows, noise(rows * 288, 7), times, conditioning);
  }

  @Test
  void startsAsTheZeroFunction() {
    try (Policy policy = Policies.builtIn(spec(), 3)) {
      float[] output = new float[2 * 288];
      policy.predict(batch(2), output);
      assertThat(output).as("adaLN-zero with a zero output layer").containsOnly(0f);
    }
  }

  @Test
  void weightsSurviveInstallAndRead() {
    try (Policy policy = randomised()) {
      float[] read = new float[policy.parameters().size()];
      policy.readWeights(read);
      float[] expected = noise(read.length, 5);
      for (int i = 0; i < read.length; i++) {
        expected[i] *= 0.2f;
      }
      assertThat(read).containsExactly(expected);
      assertThat(policy.parameters().entries())
          .extracting(ParameterLayout.Entry::name)
          .contains("patch_weight", "block0.qkv_weight", "block1.contract_bias", "final_bias");
    }
  }

  @Test
  void gradientForwardIsTheSameAsPlainForward() {
    try (Policy policy = randomised()) {
      PolicyBatch batch = batch(5);
      float[] plain = new float[5 * 288];
      policy.predict(batch, plain);
      float[] graded = new float[5 * 288];
      try (Forward forward = policy.forward(batch)) {
        forward.output(graded);
      }
      assertThat(graded).as("bitwise, so that a replayed ratio is 1").containsExactly(plain);
    }
  }

  @Test
  void severalForwardsGoBackInAnyOrder() {
    try (Policy policy = randomised()) {
      float[] seed = noise(2 * 288, 4);
      float[] alone = new float[policy.parameters().size()];
      try (Forward forward = policy.forward(batch(2))) {
        forward.backward(seed);
      }
      policy.drainGradient(alone);
      try (Forward first = policy.forward(batch(2));
          Forward second = policy.forward(batch(3))) {
        second.output(new float[3 * 288]);
        first.backward(seed);
      }
      float[] beside = new float[alone.length];
      policy.drainGradient(beside);
      assertThat(beside).as("another open graph changes nothing").containsExactly(alone);
    }
  }

  @Test
  void aForwardOfOtherWeightsDoesNotGoBack() {
    try (Policy policy = randomised();
        Forward forward = policy.forward(batch(1))) {
      policy.install(new float[policy.parameters().size()]);
      assertThatThrownBy(() -> forward.backward(new float[288]))
          .as("its graph mixes the old activations with the new weights")
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("other weights were installed");
    }
  }

  @Test
  void aForwardGoesBackOnce() {
    try (Policy policy = randomised();
        Forward forward = policy.forward(batch(1))) {
      forward.backward(new float[288]);
      assertThatThrownBy(() -> forward.backward(new float[288]))
          .as("the graph is freed")
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void gradientMatchesFiniteDifferences() {
    try (Policy policy = randomised()) {
      PolicyBatch batch = batch(3);
      float[] direction = noise(3 * 288, 11);
      try (Forward forward = policy.forward(batch)) {
        forward.backward(direction);
      }
      int size = policy.parameters().size();
      float[] gradient = new float[size];
      policy.drainGradient(gradient);
      float[] weights = new float[size];
      policy.readWeights(weights);
      for (ParameterLayout.Entry entry : policy.parameters().entries()) {
        float[] step = noise(entry.length(), entry.offset());
        double slope = 0;
        for (int i = 0; i < entry.length(); i++) {
          slope += step[i] * gradient[entry.offset() + i];
        }
        double h = 2e-3;
        double difference =
            (along(policy, weights, entry, step, h, batch, direction)
                    - along(policy, weights, entry, step, -h, batch, direction))
                / (2 * h);
        assertThat(difference)
            .as(entry.name())
            .isCloseTo(slope, org.assertj.core.data.Offset.offset(0.02 * Math.abs(slope) + 0.05));
      }
      policy.install(weights);
      policy.drainGradient(gradient);
      assertThat(gradient).as("drained").containsOnly(0f);
    }
  }

  private static double along(
      Policy policy,
      float[] weights,
      ParameterLayout.Entry entry,
      float[] step,
      double h,
      PolicyBatch batch,
      float[] direction) {
    float[] moved = weights.clone();
    for (int i = 0; i < entry.length(); i++) {
      moved[entry.offset() + i] += (float) (h * step[i]);
    }
    policy.install(moved);
    float[] output = new float[direction.length];
    policy.predict(batch, output);
    double sum = 0;
    for (int i = 0; i < output.length; i++) {
      sum += (double) output[i] * direction[i];
    }
    return sum;
  }
}
