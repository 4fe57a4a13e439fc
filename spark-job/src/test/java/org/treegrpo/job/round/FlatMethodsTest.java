package org.treegrpo.job.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.process.SigmaSchedule;
import org.treegrpo.core.topology.NodePath;
import org.treegrpo.core.tree.GrownShare;
import org.treegrpo.core.tree.NoiseSource;
import org.treegrpo.job.settings.TrainSettings;

/**
 * Flat GRPO is a tree that does not branch (ALGORITHMS.md section 3): k = 1 with shared noise is
 * MixGRPO, k = 1 with independent noise over all steps, the first T - 1 trained, is Flow-GRPO, and
 * a window of one step with k = G is a single split. The reference is a loop over trajectories with
 * the papers' formulas, and knows of the engine its noise and its prompts only.
 */
class FlatMethodsTest {

  private static final double KL = 0.04;
  private static final Conditioning NOTHING = new Conditioning(List.of());

  /** Of one trajectory. */
  private record Step(double sigma, double slope, double std, double[] noise, double[] drift) {}

  private record Trajectory(String promptId, float[] sample, List<Step> steps) {}

  @ParameterizedTest
  @CsvSource({
    "mix-grpo, false, 1",
    "mix-grpo, false, 40",
    "flow-grpo, true, 1",
    "flow-grpo-fast, true, 1",
  })
  void theRoundIsTheFlatLoopsRound(String method, boolean globalStd, int round) {
    String kl = "update { kl = %s, steps-per-round = 1 }".formatted(KL);
    try (ToyRun run = new ToyRun(method, kl)) {
      run.current().theta()[1] = 0.3f;
      run.current().theta()[3] = -0.2f;
      RoundPlan plan = run.recipe().plan(round);
      List<GrownShare> grown = run.grow(plan);
      RoundCredit credit = run.assign(plan, grown);
      float[] gradient = run.gradient(plan, grown, credit);

      List<Trajectory> group = trajectories(run, plan);
      double[] advantages = advantages(run, group, globalStd);
      int at = 0;
      for (Share share : plan.shares()) {
        for (int leaf = 0; leaf < share.forest().leaves(); leaf++, at++) {
          float[] latents = grown.get(share.index()).leafLatents();
          for (int i = 0; i < ToyFlow.ELEMENTS; i++) {
            assertThat((double) latents[leaf * ToyFlow.ELEMENTS + i])
                .as("sample of trajectory %d, element %d", at, i)
                .isCloseTo(group.get(at).sample()[i], within(1e-5));
          }
          assertThat(credit.shares().get(share.index()).leaves().advantages()[leaf])
              .as("advantage of trajectory %d", at)
              .isCloseTo(advantages[at], within(1e-4));
        }
      }
      assertThat(at).as("trajectories").isEqualTo(group.size());
      double[] expected = gradient(group, advantages);
      double norm = Math.sqrt(Arrays.stream(expected).map(slope -> slope * slope).sum());
      for (int p = 0; p < ToyFlow.PARAMETERS; p++) {
        assertThat((double) gradient[p])
            .as("gradient of parameter %d, of %s", p, Arrays.toString(expected))
            .isCloseTo(expected[p], within(2e-4 * norm));
      }
    }
  }

  private static List<Trajectory> trajectories(ToyRun run, RoundPlan plan) {
    TrainSettings settings = run.recipe().settings();
    boolean split = settings.tree().branching() > 1;
    int members = split ? settings.tree().branching() : plan.treesPerPrompt();
    NoiseSource noise = new NoiseSource(settings.seed(), plan.round(), settings.tree().rootNoise());
    List<Trajectory> trajectories = new ArrayList<>();
    plan.prompts()
        .forEach(
            prompt -> {
              for (int member = 0; member < members; member++) {
                int tree = split ? 0 : member;
                int first = split ? member : 0;
                trajectories.add(trajectory(run, plan, noise, prompt.id(), tree, first));
              }
            });
    return trajectories;
  }

  private static Trajectory trajectory(
      ToyRun run, RoundPlan plan, NoiseSource source, String promptId, int tree, int first) {
    TrainSettings settings = run.recipe().settings();
    int steps = settings.sampler().steps();
    double eta = settings.sampler().eta();
    double[] sigmas = SigmaSchedule.FLOW_MATCH_EULER.sigmas(steps, settings.sampler().shift());
    float[] x = new float[ToyFlow.ELEMENTS];
    source.root(promptId, tree, x, 0, x.length);
    NodePath path = NodePath.ROOT;
    List<Step> trained = new ArrayList<>();
    int end = plan.windowStart() + settings.tree().width();
    for (int t = 0; t < steps; t++) {
      double sigma = sigmas[t];
      double d = sigmas[t + 1] - sigma;
      double[] v = velocity(run.current(), x, sigma);
      if (t < plan.windowStart() || t >= end) {
        for (int i = 0; i < x.length; i++) {
          x[i] = (float) (x[i] + v[i] * d);
        }
        continue;
      }
      path = path.child(path.equals(NodePath.ROOT) ? first : 0);
      float[] z = new float[x.length];
      source.step(promptId, tree, path, z);
      double sigmaStar = sigma == 1 ? sigmas[1] : sigma;
      double g = eta * Math.sqrt(sigma / (1 - sigmaStar));
      double std = g * Math.sqrt(-d);
      double slope = (1 + g * g * (1 - sigma) / (2 * sigma)) * d;
      double[] base = velocity(new ToyFlow(new float[ToyFlow.PARAMETERS]), x, sigma);
      double[] noise = new double[x.length];
      double[] drift = new double[x.length];
      for (int i = 0; i < x.length; i++) {
        double mean = x[i] * (1 + g * g * d / (2 * sigma)) + v[i] * slope;
        drift[i] = slope * (v[i] - base[i]);
        x[i] = (float) (mean + std * z[i]);
        noise[i] = (x[i] - mean) / std;
      }
      if (t < steps - 1) {
        trained.add(new Step(sigma, slope, std, noise, drift));
      }
    }
    return new Trajectory(promptId, x, trained);
  }

  private static double[] velocity(ToyFlow flow, float[] x, double sigma) {
    float[] v = new float[x.length];
    flow.predict(x, (float) (1000 * sigma), List.of(NOTHING), v);
    double[] velocity = new double[x.length];
    Arrays.setAll(velocity, i -> v[i]);
    return velocity;
  }

  private static double[] advantages(ToyRun run, List<Trajectory> group, boolean globalStd) {
    double[] rewards = group.stream().mapToDouble(of -> ToyRun.reward(of.sample(), 0)).toArray();
    double[] advantages = new double[rewards.length];
    double epsilon = run.recipe().settings().advantage().epsilon();
    for (int i = 0; i < rewards.length; i++) {
      String promptId = group.get(i).promptId();
      double[] own = ofPrompt(group, rewards, promptId);
      double mean = Arrays.stream(own).average().orElseThrow();
      double std = globalStd ? std(rewards, 0) : std(own, 1);
      advantages[i] = Math.max(-5, Math.min(5, (rewards[i] - mean) / (std + epsilon)));
    }
    return advantages;
  }

  private static double[] ofPrompt(List<Trajectory> group, double[] rewards, String promptId) {
    List<Double> own = new ArrayList<>();
    for (int i = 0; i < rewards.length; i++) {
      if (group.get(i).promptId().equals(promptId)) {
        own.add(rewards[i]);
      }
    }
    return own.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static double std(double[] values, int ddof) {
    double mean = Arrays.stream(values).average().orElseThrow();
    double sum = Arrays.stream(values).map(value -> (value - mean) * (value - mean)).sum();
    return Math.sqrt(sum / (values.length - ddof));
  }

  /** Of -mean(A log pi) + beta mean(dmu^2 / (2 s^2)): the ratio is 1, so nothing is clipped. */
  private static double[] gradient(List<Trajectory> group, double[] advantages) {
    double[] gradient = new double[ToyFlow.PARAMETERS];
    int terms = ToyFlow.PARAMETERS / ToyFlow.ELEMENTS;
    for (int member = 0; member < group.size(); member++) {
      List<Step> steps = group.get(member).steps();
      for (Step step : steps) {
        double weight = 1.0 / (group.size() * steps.size() * ToyFlow.ELEMENTS);
        for (int p = 0; p < gradient.length; p++) {
          int axis = p / terms;
          double slope = step.slope() * Math.pow(step.sigma(), p % terms) / step.std();
          gradient[p] -= weight * advantages[member] * step.noise()[axis] * slope;
          gradient[p] += weight * KL * step.drift()[axis] / step.std() * slope;
        }
      }
    }
    return gradient;
  }
}
