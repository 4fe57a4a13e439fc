package org.treegrpo.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.treegrpo.core.policy.GuidedDenoiser.GuidanceGradient;

class GuidedDenoiserTest {

  private static final Conditioning NULL = new Conditioning(List.of(new float[3]));
  private static final Conditioning WORD = new Conditioning(List.of(new float[] {1, 2, 3}));

  private static float[] predict(Denoiser denoiser, float[] latents) {
    float[] output = new float[latents.length];
    denoiser.predict(latents, 400, List.of(WORD), output);
    return output;
  }

  private static float[] gradient(Policy policy, Denoiser denoiser, float[] latents, float[] seed) {
    try (Forward forward = denoiser.forward(latents, 400, List.of(WORD))) {
      float[] output = new float[latents.length];
      forward.output(output);
      assertThat(output).as("as without gradients").containsExactly(predict(denoiser, latents));
      forward.backward(seed);
    }
    float[] gradient = new float[policy.parameters().size()];
    policy.drainGradient(gradient);
    return gradient;
  }

  @Test
  void guidanceExtrapolatesFromTheUnconditionalBranch() {
    try (Policy policy = BuiltInPolicyTest.randomised()) {
      float[] latents = BuiltInPolicyTest.noise(288, 1);
      float[] conditional =
          predict(new GuidedDenoiser(policy, 1, GuidanceGradient.BOTH, NULL), latents);
      GuidedDenoiser guided = new GuidedDenoiser(policy, 3, GuidanceGradient.BOTH, NULL);
      float[] output = predict(guided, latents);
      float[] free = new float[288];
      policy.predict(new PolicyBatch(1, latents, new float[] {400}, List.of(NULL)), free);
      for (int i = 0; i < 288; i++) {
        assertThat(output[i])
            .isCloseTo(free[i] + 3 * (conditional[i] - free[i]), Offset.offset(1e-4f));
      }
      assertThat(guided.evaluations().rollout()).as("two branches").isEqualTo(2);
    }
  }

  @Test
  void theGradientModesDifferByTheUnconditionalBranch() {
    try (Policy policy = BuiltInPolicyTest.randomised()) {
      float[] latents = BuiltInPolicyTest.noise(288, 1);
      float[] seed = BuiltInPolicyTest.noise(288, 2);
      GuidedDenoiser plain = new GuidedDenoiser(policy, 1, GuidanceGradient.BOTH, NULL);
      GuidedDenoiser held = new GuidedDenoiser(policy, 3, GuidanceGradient.CONDITIONAL_ONLY, NULL);
      GuidedDenoiser both = new GuidedDenoiser(policy, 3, GuidanceGradient.BOTH, NULL);
      float[] ofPlain = gradient(policy, plain, latents, seed);
      float[] ofHeld = gradient(policy, held, latents, seed);
      float[] ofBoth = gradient(policy, both, latents, seed);
      float[] ofFree = new float[ofPlain.length];
      PolicyBatch free = new PolicyBatch(1, latents, new float[] {400}, List.of(NULL));
      try (Forward forward = policy.forward(free)) {
        forward.backward(seed);
      }
      policy.drainGradient(ofFree);
      for (int i = 0; i < ofPlain.length; i++) {
        double scale = 1e-3 + Math.abs(ofPlain[i]);
        assertThat((double) ofHeld[i])
            .as("w times the conditional gradient")
            .isCloseTo(3.0 * ofPlain[i], Offset.offset(1e-3 * scale + 1e-4));
        assertThat((double) ofBoth[i])
            .as("plus (1 - w) times the unconditional one")
            .isCloseTo(3.0 * ofPlain[i] - 2.0 * ofFree[i], Offset.offset(5e-3 * scale + 1e-3));
      }
      assertThat(held.evaluations()).isEqualTo(new Denoiser.Evaluations(2, 2, 1));
      assertThat(both.evaluations())
          .as("one forward and one backward pass a branch")
          .isEqualTo(new Denoiser.Evaluations(2, 2, 2));
    }
  }
}
