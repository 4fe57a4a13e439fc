package org.treegrpo.core.transition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.treegrpo.core.Golden;
import org.treegrpo.core.base.Services;
import org.treegrpo.core.process.AffineStep;
import org.treegrpo.core.process.CleanEstimate;
import org.treegrpo.core.process.Family;
import org.treegrpo.core.process.NoiseSchedule;
import org.treegrpo.core.process.Prediction;
import org.treegrpo.core.process.SigmaSchedule;

class SamplerTest {

  private static final Map<String, Transition> KINDS =
      Map.of(
          "flow_grpo", Steps.named("flow-sde"),
          "dance", Steps.named("dance-sde"),
          "cps", Steps.named("cps"));

  private final double[] x = Golden.doubles("/rf_steps/x");
  private final double[] out = Golden.doubles("/rf_steps/v");
  private final double[] z = Golden.doubles("/rf_steps/z");

  static List<JsonNode> flowCases() {
    return StreamSupport.stream(Golden.at("/rf_steps/cases").spliterator(), false).toList();
  }

  static List<JsonNode> ddimCases() {
    return StreamSupport.stream(Golden.at("/ddim_eps_eta1_50steps").spliterator(), false).toList();
  }

  @ParameterizedTest
  @MethodSource("flowCases")
  void rectifiedFlowStepsMatchTheGoldenNumbers(JsonNode golden) {
    Optional<Transition> kind = Optional.ofNullable(KINDS.get(golden.get("kind").asText()));
    int t = golden.get("i").asInt();
    AffineStep step =
        kind.map(transition -> flow(transition, golden.path("eta").asDouble(0)).sdeStep(t))
            .orElseGet(() -> Steps.ode(flow(new FlowSde(), 0.7), t));
    assertThat(step.noiseStd())
        .as("s")
        .isCloseTo(golden.path("noise_std").asDouble(0), within(1e-13));
    checkStep(step, golden, 1e-12);
    if (step.noiseStd() > 0) {
      checkLogProb(step, golden);
    }
  }

  @ParameterizedTest
  @MethodSource("ddimCases")
  void ddimStepsMatchTheGoldenNumbers(JsonNode golden) {
    Sampler sampler = sampler(settings(50, Steps.named("ddim"), 1), Prediction.EPSILON);
    int t = (981 - golden.get("t").asInt()) / 20;
    AffineStep step = sampler.sdeStep(t);
    assertThat(step.timestep()).as("model time").isEqualTo((float) golden.get("t").asInt());
    // the golden table of alphas is float32
    assertThat(step.noiseStd()).as("s").isCloseTo(golden.get("std").asDouble(), within(1e-5));
    checkStep(step, golden, 1e-4);
    checkLogProb(step, golden);
  }

  @Test
  void modelTimeIsAThousandSigmas() {
    double[] sigmas = Golden.doubles("/sigmas/diffusers_shift3_10");
    Sampler sampler = flow(Steps.named("flow-sde"), 0.7);
    for (int t = 0; t < sampler.steps(); t++) {
      assertThat(Steps.ode(sampler, t).timestep()).isEqualTo((float) (1000 * sigmas[t]));
      assertThat(sampler.sdeStep(t).timestep())
          .as("both steps evaluate the network at the same time")
          .isEqualTo(Steps.ode(sampler, t).timestep());
    }
  }

  @Provide
  Arbitrary<Transition> transitions() {
    return Arbitraries.of(transitionNames()).map(Steps::named);
  }

  static List<String> transitionNames() {
    return Services.names(Transition.class);
  }

  @Property(tries = 100)
  void withoutNoiseEveryTransitionIsTheDeterministicStep(
      @ForAll("transitions") Transition kind, @ForAll @IntRange(min = 1, max = 60) int steps) {
    Prediction prediction =
        kind.family() == Family.DIFFUSION ? Prediction.EPSILON : Prediction.FLOW_VELOCITY;
    Sampler sampler = sampler(settings(steps, kind, 0), prediction);
    for (int t = 0; t < steps; t++) {
      AffineStep ode = Steps.ode(sampler, t);
      AffineStep sde = sampler.sdeStep(t);
      assertThat(sde.latent()).as("%s step %d, x", kind, t).isCloseTo(ode.latent(), within(1e-12));
      assertThat(sde.output())
          .as("%s step %d, output", kind, t)
          .isCloseTo(ode.output(), within(1e-12));
      assertThat(sde.noiseStd()).as("%s step %d, s", kind, t).isZero();
    }
  }

  @Test
  void danceIsFlowWithConstantNoise() {
    double[] sigmas = SigmaSchedule.FLOW_MATCH_EULER.sigmas(10, 3);
    Sampler dance = flow(Steps.named("dance-sde"), 0.3);
    for (int t = 1; t < 10; t++) {
      double equivalentEta = 0.3 / Math.sqrt(sigmas[t] / (1 - sigmas[t]));
      AffineStep expected = flow(Steps.named("flow-sde"), equivalentEta).sdeStep(t);
      AffineStep actual = dance.sdeStep(t);
      assertThat(actual.latent()).as("x").isCloseTo(expected.latent(), within(1e-12));
      assertThat(actual.output()).as("v").isCloseTo(expected.output(), within(1e-12));
      assertThat(actual.noiseStd()).as("s").isCloseTo(expected.noiseStd(), within(1e-12));
    }
  }

  @Test
  void everyDdimStepHasNoise() {
    for (int steps : new int[] {1, 7, 50, 999}) {
      Sampler sampler = sampler(settings(steps, Steps.named("ddim"), 1), Prediction.V);
      for (int t = 0; t < steps; t++) {
        assertThat(sampler.sdeStep(t).noiseStd()).as("step %d of %d", t, steps).isPositive();
      }
    }
  }

  /** The three predictions of one and the same denoised sample lead to the same x' and x0hat. */
  @Test
  void diffusionPredictionsAgree() {
    double clean = 0.37;
    double noise = -1.2;
    int steps = 20;
    Sampler epsilon = sampler(settings(steps, Steps.named("ddim"), 1), Prediction.EPSILON);
    Sampler x0 = sampler(settings(steps, Steps.named("ddim"), 1), Prediction.X0);
    Sampler v = sampler(settings(steps, Steps.named("ddim"), 1), Prediction.V);
    for (int t = 0; t < steps; t++) {
      double signal = 1 / epsilon.clean(t).latent();
      double std = Math.sqrt(1 - signal * signal);
      double state = signal * clean + std * noise;
      double velocity = signal * noise - std * clean;
      double expected = at(epsilon.sdeStep(t), state, noise);
      assertThat(at(x0.sdeStep(t), state, clean)).as("x0").isCloseTo(expected, within(1e-12));
      assertThat(at(v.sdeStep(t), state, velocity)).as("v").isCloseTo(expected, within(1e-12));
      assertThat(at(epsilon.clean(t), state, noise)).isCloseTo(clean, within(1e-12));
      assertThat(at(x0.clean(t), state, clean)).isCloseTo(clean, within(1e-12));
      assertThat(at(v.clean(t), state, velocity)).isCloseTo(clean, within(1e-12));
    }
  }

  @Test
  void flowCleanEstimateUndoesTheNoising() {
    double[] sigmas = SigmaSchedule.FLOW_MATCH_EULER.sigmas(10, 3);
    Sampler sampler = flow(Steps.named("flow-sde"), 0.7);
    for (int t = 0; t < 10; t++) {
      double state = (1 - sigmas[t]) * 0.37 + sigmas[t] * -1.2;
      assertThat(at(sampler.clean(t), state, -1.2 - 0.37))
          .as("x0hat at step %d", t)
          .isCloseTo(0.37, within(1e-12));
    }
  }

  @ParameterizedTest
  @MethodSource("transitionNames")
  void transitionAndPredictionMustGoTogether(String name) {
    Transition kind = Steps.named(name);
    for (Prediction prediction : Prediction.values()) {
      boolean flow = prediction == Prediction.FLOW_VELOCITY;
      if (name.equals("ddim") != flow) {
        assertThat(sampler(settings(4, kind, 0.5), prediction).steps()).isEqualTo(4);
      } else {
        assertThatThrownBy(() -> sampler(settings(4, kind, 0.5), prediction))
            .as("%s with %s", kind, prediction)
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining(name)
            .hasMessageContaining(prediction.label());
      }
    }
  }

  @Test
  void impossibleSettingsAreRefused() {
    assertThatThrownBy(() -> settings(0, new FlowSde(), 0)).hasMessageContaining("steps");
    assertThatThrownBy(() -> settings(4, Steps.named("cps"), 1.1))
        .hasMessageContaining("at most 1");
    assertThatThrownBy(() -> settings(4, Steps.named("flow-sde"), Double.NaN))
        .hasMessageContaining("eta");
    assertThatThrownBy(
            () -> new SamplerSettings(4, SigmaSchedule.LINSPACE_SHIFT, 0, new FlowSde(), 0))
        .hasMessageContaining("shift");
    assertThatThrownBy(() -> sampler(settings(1000, Steps.named("ddim"), 1), Prediction.EPSILON))
        .hasMessageContaining("at most 999");
  }

  private void checkStep(AffineStep step, JsonNode golden, double tolerance) {
    double[] mean = Golden.doubles(golden.get("mean"));
    for (int i = 0; i < x.length; i++) {
      double mu = at(step, x[i], out[i]);
      assertThat(mu).as("mu[%d]", i).isCloseTo(mean[i], within(tolerance));
      if (golden.has("next")) {
        assertThat(mu + step.noiseStd() * z[i])
            .as("x'[%d]", i)
            .isCloseTo(golden.get("next").get(i).asDouble(), within(tolerance));
      }
    }
  }

  private static void checkLogProb(AffineStep step, JsonNode golden) {
    float[] latents = Golden.floats(Golden.at("/rf_steps/x"));
    float[] outputs = Golden.floats(Golden.at("/rf_steps/v"));
    float[] next = Golden.floats(golden.get("next"));
    // x' is float32, so its residual carries an error of about 1e-7 / s
    assertThat(LogProb.mean(step, latents, outputs, 0, next))
        .as("mean log-prob")
        .isCloseTo(golden.get("logp_mean").asDouble(), within(1e-4));
  }

  private static Sampler flow(Transition kind, double eta) {
    return sampler(settings(10, kind, eta), Prediction.FLOW_VELOCITY);
  }

  private static Sampler sampler(SamplerSettings settings, Prediction prediction) {
    return Sampler.of(settings, prediction, NoiseSchedule.STABLE_DIFFUSION);
  }

  private static SamplerSettings settings(int steps, Transition kind, double eta) {
    return new SamplerSettings(steps, SigmaSchedule.FLOW_MATCH_EULER, 3, kind, eta);
  }

  private static double at(AffineStep step, double state, double output) {
    return step.latent() * state + step.output() * output;
  }

  private static double at(CleanEstimate clean, double state, double output) {
    return clean.latent() * state + clean.output() * output;
  }
}
