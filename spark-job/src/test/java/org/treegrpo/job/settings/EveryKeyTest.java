package org.treegrpo.job.settings;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValue;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The reference file, the records and the resolved file name the same keys. */
class EveryKeyTest {

  /** Each key with a value that is legal and not the default. */
  private static final Map<String, String> OTHER_VALUES =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("seed", "7"),
              Map.entry("rounds", "9"),
              Map.entry("budget.seconds", "3600"),
              Map.entry("budget.evaluations", "1000000"),
              Map.entry("budget.images", "50000"),
              Map.entry("run-dir", "/elsewhere"),
              Map.entry("method", "mix-grpo"),
              Map.entry("policy.path", "/other/policy"),
              Map.entry("policy.type", "torchscript"),
              Map.entry("policy.guidance.scale", "1"),
              Map.entry("policy.guidance.grad", "both"),
              Map.entry("policy.cache-dir", "/scratch"),
              Map.entry("policy.reference", "base"),
              Map.entry("policy.decode-batch", "4"),
              Map.entry("policy.device-memory-gib", "23.5"),
              Map.entry("policy.trainable", "[\"*.lora_*\"]"),
              Map.entry("policy.conditioning-file", "/c.safetensors"),
              Map.entry("policy.weights", "/w.safetensors"),
              Map.entry("policy.device", "gpu"),
              Map.entry("policy.probe-timeout-seconds", "60"),
              Map.entry("prompts.train", "/t.jsonl"),
              Map.entry("prompts.evaluation", "/e.jsonl"),
              Map.entry("sampler.steps", "20"),
              Map.entry("sampler.schedule", "linspace-shift"),
              Map.entry("sampler.shift", "1.5"),
              Map.entry("sampler.transition", "dance-sde"),
              Map.entry("sampler.eta", "0.3"),
              Map.entry("tree.branching", "2"),
              Map.entry("tree.width", "4"),
              Map.entry("tree.window.strategy", "fixed"),
              Map.entry("tree.window.ratio", "1"),
              Map.entry("tree.window.start", "2"),
              Map.entry("tree.window.stride", "2"),
              Map.entry("tree.window.period", "25"),
              Map.entry("tree.trees-per-prompt", "2"),
              Map.entry("tree.prompts-per-round", "16"),
              Map.entry("tree.root-noise", "independent"),
              Map.entry("tree.shares", "96"),
              Map.entry("rewards", "[{name = other, type = ocr}]"),
              Map.entry("advantage.aggregation", "alg1"),
              Map.entry("advantage.std-scope", "global"),
              Map.entry("advantage.ddof", "1"),
              Map.entry("advantage.epsilon", "1e-8"),
              Map.entry("advantage.clamp", "3"),
              Map.entry("advantage.backup", "uniform"),
              Map.entry("advantage.depth-correction", "true"),
              Map.entry("advantage.estimator", "running"),
              Map.entry("advantage.buffer", "32"),
              Map.entry("advantage.backup-beta", "0.5"),
              Map.entry("advantage.depth-z-score", "true"),
              Map.entry("update.learner", "awm"),
              Map.entry("update.leaves.draws", "4"),
              Map.entry("update.leaves.weighting", "time"),
              Map.entry("update.leaves.beta", "0.5"),
              Map.entry("update.leaves.credit", "path"),
              Map.entry("update.trained-steps.strategy", "random"),
              Map.entry("update.trained-steps.fraction", "0.5"),
              Map.entry("update.pruning.depths", "1"),
              Map.entry("update.pruning.period", "5"),
              Map.entry("update.pruning.width", "extremes"),
              Map.entry("update.pruning.extremes", "3"),
              Map.entry("update.step-weight", "noise"),
              Map.entry("update.gradients", "bfloat16"),
              Map.entry("update.old-policy.rate", "0.01"),
              Map.entry("update.old-policy.most", "0.9"),
              Map.entry("advantage.group", "tree"),
              Map.entry("tree.splits", "[0, 2]"),
              Map.entry("tree.sibling-noise", "shared-xi"),
              Map.entry("tree.sibling-spread", "2"),
              Map.entry("sampler.tail", "dpm-solver-2m"),
              Map.entry("sampler.tail-ratio", "0.2"),
              Map.entry("evaluation.base-after", "7"),
              Map.entry("update.late-anchor.beta", "0.03"),
              Map.entry("update.late-anchor.rows", "24"),
              Map.entry("update.late-anchor.steps", "2"),
              Map.entry("update.surrogate", "reinforce"),
              Map.entry("update.divergence", "1e-4"),
              Map.entry("update.velocity-kl", "0.001"),
              Map.entry("update.norm-guard", "0.1"),
              Map.entry("update.steps-per-round", "2"),
              Map.entry("update.clip", "1e-5"),
              Map.entry("update.kl", "0.04"),
              Map.entry("update.epochs", "2"),
              Map.entry("update.micro-batch", "8"),
              Map.entry("update.checkpointing", "blocks"),
              Map.entry("update.edge-reduction", "sum"),
              Map.entry("optimizer.learning-rate", "4e-5"),
              Map.entry("optimizer.beta1", "0.8"),
              Map.entry("optimizer.beta2", "0.99"),
              Map.entry("optimizer.epsilon", "1e-6"),
              Map.entry("optimizer.weight-decay", "0"),
              Map.entry("optimizer.warm-up-steps", "5"),
              Map.entry("optimizer.decay", "cosine"),
              Map.entry("optimizer.max-gradient-norm", "0"),
              Map.entry("ema.enabled", "true"),
              Map.entry("ema.decay", "0.9"),
              Map.entry("checkpoint.every", "0"),
              Map.entry("checkpoint.keep", "1"),
              Map.entry("evaluation.every", "5"),
              Map.entry("evaluation.prompts", "12"),
              Map.entry("evaluation.images-per-prompt", "4"),
              Map.entry("evaluation.steps", "40"),
              Map.entry("evaluation.guidance-scale", "3"),
              Map.entry("evaluation.seed", "-3"),
              Map.entry("audit.every", "0"),
              Map.entry("export.every", "5"),
              Map.entry("reward-workers.threads", "2"),
              Map.entry("reward-workers.chunk-rows", "4"),
              Map.entry("reward-workers.max-failed-share", "0"),
              Map.entry("self-check.tolerance", "0"),
              Map.entry("self-check.parents", "1"),
              Map.entry("guards.patience", "1"),
              Map.entry("guards.rate-factor", "0.1"),
              Map.entry("guards.zero-variance-groups.threshold", "1"),
              Map.entry("guards.zero-variance-groups.action", "stop"),
              Map.entry("guards.ratio-deviation.threshold", "1"),
              Map.entry("guards.ratio-deviation.action", "off"),
              Map.entry("guards.clip-fraction.threshold", "1"),
              Map.entry("guards.clip-fraction.action", "lower-rate"),
              Map.entry("guards.gradient-norm.threshold", "3"),
              Map.entry("guards.gradient-norm.window", "20"),
              Map.entry("guards.gradient-norm.action", "lower-rate"),
              Map.entry("guards.gradient-rms.threshold", "1"),
              Map.entry("guards.gradient-rms.action", "off"),
              Map.entry("guards.old-policy-gap.threshold", "1"),
              Map.entry("guards.old-policy-gap.action", "off"),
              Map.entry("guards.not-finite.action", "warn"),
              Map.entry("guards.drift.threshold", "1"),
              Map.entry("guards.drift.action", "stop"),
              Map.entry("guards.held-out.threshold", "1"),
              Map.entry("guards.held-out.action", "stop"),
              Map.entry("report.prompts", "4"),
              Map.entry("report.mlflow.tracking-uri", "\"http://localhost:5000\""),
              Map.entry("report.mlflow.experiment", "speller"),
              Map.entry("report.mlflow.run-name", "tonight"),
              Map.entry("cluster.start-timeout", "90 s"),
              Map.entry("cluster.cpu", "baseline"),
              Map.entry("cluster.slow-task-after", "30 s"),
              Map.entry("security.torchscript-roots", "[/models]"),
              Map.entry("pretrain.letters", "4"),
              Map.entry("pretrain.network.patch", "2"),
              Map.entry("pretrain.network.width", "64"),
              Map.entry("pretrain.network.layers", "2"),
              Map.entry("pretrain.network.heads", "2"),
              Map.entry("pretrain.steps", "9"),
              Map.entry("pretrain.batch", "96"),
              Map.entry("pretrain.shards", "4"),
              Map.entry("pretrain.learning-rate", "1e-3"),
              Map.entry("pretrain.warm-up-steps", "0"),
              Map.entry("pretrain.weight-decay", "0"),
              Map.entry("pretrain.max-gradient-norm", "2"),
              Map.entry("pretrain.ema-decay", "0"),
              Map.entry("pretrain.drop-rate", "0"),
              Map.entry("pretrain.word-share", "1"),
              Map.entry("pretrain.sigma-shift", "1"),
              Map.entry("pretrain.prediction", "v"),
              Map.entry("pretrain.loss-weighting", "min-snr"),
              Map.entry("pretrain.scheduler.num-train-timesteps", "500"),
              Map.entry("pretrain.scheduler.beta-start", "1e-4"),
              Map.entry("pretrain.scheduler.beta-end", "0.02"),
              Map.entry("pretrain.scheduler.beta-schedule", "linear"),
              Map.entry("pretrain.scheduler.rescale-betas-zero-snr", "true"),
              Map.entry("pretrain.scheduler.timestep-spacing", "trailing"),
              Map.entry("pretrain.scheduler.steps-offset", "0"),
              Map.entry("pretrain.threads", "2"),
              Map.entry("pretrain.max-minutes", "5"),
              Map.entry("pretrain.checkpoint-every", "9"),
              Map.entry("pretrain.evaluate-every", "9"),
              Map.entry("gate.margin", "0.1"),
              Map.entry("gate.held-out-tolerance", "0.5"),
              Map.entry("gate.prompts", "5"),
              Map.entry("gate.held-out-total", "0.5"),
              Map.entry("gate.diversity-total", "0.5"),
              Map.entry("gate.diversity", "0.5"),
              Map.entry("gate.drift", "0.5"),
              Map.entry("gate.drift-total", "0.5"),
              Map.entry("gate.resamples", "2000"),
              Map.entry("evaluation.vault", "3"),
              Map.entry("evaluation.from", "vault"),
              Map.entry("evaluation.draw", "tonight"),
              Map.entry("nightly.approval", "true"),
              Map.entry("nightly.webhook", "\"https://chat.example.org/hook\""),
              Map.entry("compare.seeds", "[4]"),
              Map.entry("compare.budget.seconds", "60"),
              Map.entry("compare.budget.evaluations", "1000"),
              Map.entry("compare.budget.images", "1000"),
              Map.entry("compare.turn.rounds", "5"),
              Map.entry("compare.turn.seconds", "30"),
              Map.entry("compare.variants", "[{ name = a, set { method = ddpo } }]")));

  private static final String UNGUIDED = "treegrpo.policy.guidance.scale=1";

  @Test
  void everyReferenceKeyReachesARecord() {
    TrainSettings defaults = Loading.minimal();
    TrainSettings unguided = Loading.minimal(UNGUIDED);
    OTHER_VALUES.forEach(
        (key, value) -> {
          boolean needsNoGuidance = key.equals("update.learner");
          assertThat(
                  withoutText(
                      needsNoGuidance
                          ? Loading.minimal(UNGUIDED, "treegrpo." + key + "=" + value)
                          : Loading.minimal("treegrpo." + key + "=" + value)))
              .as("settings with %s = %s", key, value)
              .isNotEqualTo(withoutText(needsNoGuidance ? unguided : defaults));
        });
  }

  @Test
  void theReferenceListsExactlyTheKeysThatAreRead() {
    Set<String> expected = new TreeSet<>(OTHER_VALUES.keySet());
    assertThat(keys(reference())).as("keys of reference.conf").isEqualTo(expected);
    assertThat(keys(ConfigFactory.parseString(Loading.minimal().resolved().text())))
        .as("keys of the resolved configuration")
        .isEqualTo(expected);
  }

  @Test
  void theReferenceExplainsEveryKey() {
    assertThat(reference().getObject("treegrpo").toConfig().entrySet())
        .as("values with a comment above them")
        .allSatisfy(
            entry ->
                assertThat(entry.getValue().origin().comments()).as(entry.getKey()).isNotEmpty());
  }

  @Test
  void aKeyWithoutAValueIsAProblem() {
    assertThat(Loading.problemsOf(Loading.MINIMAL + "\ntreegrpo.sampler.steps = null"))
        .as("a null hides the default")
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.key()).isEqualTo("treegrpo.sampler.steps");
              assertThat(problem.rule()).isEqualTo("needs a value");
            });
  }

  private static Config reference() {
    return ConfigFactory.parseResources(EveryKeyTest.class.getClassLoader(), "reference.conf");
  }

  private static Set<String> keys(Config config) {
    Set<String> keys = new TreeSet<>();
    for (Map.Entry<String, ConfigValue> entry : config.getConfig("treegrpo").entrySet()) {
      keys.add(entry.getKey());
    }
    return keys;
  }

  /** The typed values alone: the text differs for any key, read into a record or not. */
  private static List<Object> withoutText(TrainSettings settings) {
    return Arrays.stream(TrainSettings.class.getRecordComponents())
        .filter(component -> !component.getName().equals("resolved"))
        .map(component -> value(component, settings))
        .toList();
  }

  private static Object value(RecordComponent component, Object holder) {
    try {
      return component.getAccessor().invoke(holder);
    } catch (ReflectiveOperationException inaccessible) {
      throw new LinkageError(component.getName(), inaccessible);
    }
  }
}
