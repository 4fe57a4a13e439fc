package org.treegrpo.job.round;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.treegrpo.core.process.Prediction;
import org.treegrpo.job.settings.SettingsLoader;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.settings.Use;

/**
 * A valid configuration drawn at random from everything that shapes a round: trees, window,
 * transition, advantages, loss, shares.
 *
 * @param settings as the loader reads them
 * @param prediction of the policy that goes with the transition
 * @param round which round of the run
 * @param failureRate share of the scores that fail
 */
record RandomSettings(
    TrainSettings settings, Prediction prediction, int round, double failureRate) {

  private static final int PROMPTS = 3;

  /**
   * @param overrides settings that are not drawn, as on the command line
   */
  static RandomSettings draw(long seed, String... overrides) {
    SplittableRandom random = new SplittableRandom(seed);
    Prediction prediction =
        oneOf(random, Prediction.FLOW_VELOCITY, Prediction.FLOW_VELOCITY, Prediction.EPSILON);
    Path directory = TinyPolicies.directory(prediction);
    Map<String, Object> keys = new LinkedHashMap<>();
    keys.put("seed", random.nextLong());
    keys.put("run-dir", "unused");
    keys.put("policy.path", quoted(directory));
    keys.put("prompts.train", quoted(directory.resolve("prompts.jsonl")));
    keys.put("prompts.evaluation", quoted(directory.resolve("prompts.jsonl")));
    drawSampler(random, prediction, keys);
    drawTree(random, (int) keys.get("sampler.steps"), keys);
    drawLoss(random, keys);
    if (holdsTheNoiselessStep(keys)) {
      keys.put("update.kl", 0.0);
    }
    StringBuilder hocon = new StringBuilder();
    keys.forEach((key, value) -> hocon.append("treegrpo.%s = %s%n".formatted(key, value)));
    TrainSettings settings =
        new SettingsLoader(reward -> List.of())
            .parse(hocon.toString(), "the drawn settings", List.of(overrides), Use.TRAIN);
    return new RandomSettings(
        settings, prediction, 1 + random.nextInt(9), oneOf(random, 0.0, 0.0, 0.2, 0.6));
  }

  /** The same with rewards that never fail. */
  RandomSettings withoutFailures() {
    return new RandomSettings(settings, prediction, round, 0);
  }

  private static void drawSampler(
      SplittableRandom random, Prediction prediction, Map<String, Object> keys) {
    keys.put("sampler.steps", 2 + random.nextInt(5));
    keys.put("sampler.schedule", oneOf(random, "flow-match-euler", "linspace-shift"));
    keys.put("sampler.shift", random.nextDouble(0.5, 4));
    boolean flow = prediction == Prediction.FLOW_VELOCITY;
    keys.put("sampler.transition", flow ? oneOf(random, "flow-sde", "dance-sde", "cps") : "ddim");
    keys.put("sampler.eta", random.nextDouble(0.05, 1));
    keys.put("policy.guidance.scale", oneOf(random, 1.0, 1.5, 4.5));
    keys.put("policy.guidance.grad", oneOf(random, "conditional-only", "both"));
  }

  private static void drawTree(SplittableRandom random, int steps, Map<String, Object> keys) {
    String strategy = oneOf(random, "random", "shifting", "fixed");
    int widest = strategy.equals("fixed") ? steps : steps - 1;
    int width = 1 + random.nextInt(Math.min(3, widest));
    int branching = 1 + random.nextInt(3);
    int treesPerPrompt = branching == 1 ? 2 + random.nextInt(2) : 1 + random.nextInt(3);
    int promptsPerRound = 1 + random.nextInt(PROMPTS);
    keys.put("tree.branching", branching);
    keys.put("tree.width", width);
    keys.put("tree.window.strategy", strategy);
    keys.put("tree.window.ratio", random.nextDouble(0.1, 1));
    keys.put("tree.window.start", random.nextInt(steps - width + 1));
    keys.put("tree.window.stride", 1 + random.nextInt(3));
    keys.put("tree.window.period", 1 + random.nextInt(3));
    keys.put("tree.trees-per-prompt", treesPerPrompt);
    keys.put("tree.prompts-per-round", promptsPerRound);
    keys.put("tree.root-noise", oneOf(random, "shared", "independent"));
    keys.put("tree.shares", drawShares(random, treesPerPrompt * promptsPerRound, branching, width));
    keys.put("update.micro-batch", 1 + random.nextInt(12));
  }

  /** A divisor of the trees, or a share for each subtree below a window step. */
  private static int drawShares(SplittableRandom random, int trees, int branching, int width) {
    List<Integer> valid = new ArrayList<>();
    int parts = trees;
    for (int depth = 1; depth <= width; depth++) {
      parts *= branching;
      valid.add(parts);
    }
    for (int shares = 1; shares <= trees; shares++) {
      if (trees % shares == 0) {
        valid.add(shares);
      }
    }
    return valid.get(random.nextInt(valid.size()));
  }

  private static void drawLoss(SplittableRandom random, Map<String, Object> keys) {
    keys.put(
        "advantage.aggregation", oneOf(random, "normalise-then-sum", "sum-then-normalise", "alg1"));
    keys.put("advantage.std-scope", oneOf(random, "group", "global"));
    keys.put("advantage.ddof", random.nextInt(2));
    keys.put("advantage.epsilon", oneOf(random, 1e-8, 1e-4));
    keys.put("advantage.clamp", oneOf(random, 0.5, 5.0, 1e6));
    keys.put("advantage.backup", oneOf(random, "softmax-mean-logp", "uniform", "softmax-sum-logp"));
    keys.put("advantage.depth-correction", random.nextInt(4) == 0);
    keys.put("update.edge-reduction", oneOf(random, "mean", "sum"));
    keys.put("update.clip", oneOf(random, 1e-5, 1e-4, 0.2));
    keys.put("update.kl", oneOf(random, 0.0, 0.0, 0.1));
    keys.put("update.velocity-kl", oneOf(random, 0.0, 0.0, 0.1));
    keys.put("update.norm-guard", oneOf(random, 0.0, 0.0, 0.1));
    keys.put("advantage.estimator", oneOf(random, "group", "group", "running", "gdpo"));
    keys.put("advantage.buffer", 2 + random.nextInt(20));
    boolean cps = keys.get("sampler.transition").equals("cps");
    keys.put(
        "update.surrogate",
        cps
            ? oneOf(random, "ppo", "reinforce")
            : oneOf(random, "ppo", "reinforce", "grpo-guard", "flow-dppo"));
    keys.put(
        "rewards",
        random.nextBoolean()
            ? "[{ name = a, type = any }]"
            : "[{ name = a, type = any, weight = 0.8 }, { name = b, type = any, weight = 0.2 }]");
  }

  /** The last step of cps, where no KL term is allowed. */
  private static boolean holdsTheNoiselessStep(Map<String, Object> keys) {
    int end = (int) keys.get("tree.window.start") + (int) keys.get("tree.width");
    return keys.get("sampler.transition").equals("cps")
        && keys.get("tree.window.strategy").equals("fixed")
        && end == (int) keys.get("sampler.steps");
  }

  @SafeVarargs
  private static <T> T oneOf(SplittableRandom random, T... values) {
    return values[random.nextInt(values.length)];
  }

  private static String quoted(Path path) {
    return '"' + path.toString() + '"';
  }
}
