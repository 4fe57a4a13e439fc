package org.treegrpo.job.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each rule, broken alone, is reported with its key and value. */
class RulesTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          seed                        | 1.5      | must be a whole number
          seed                        | 99999999999999999999 | must be a whole number
          rounds                      | 0        | must be a whole number from 1 to 1000000
          rounds                      | many     | must be a whole number from 1 to 1000000
          budget.seconds              | -0.1     | must be a number >= 0
          budget.seconds              | 1 hour   | must be a number >= 0
          budget.evaluations          | -1       | must be a whole number >= 0
          budget.evaluations          | 0.5      | must be a whole number >= 0
          budget.images               | -1       | must be a whole number >= 0
          policy.type                 | onnx     | must be one of: auto, built-in, torchscript
          policy.trainable            | lora     | must be all or a list [ .. ] of texts
          evaluation.guidance-scale   | 0.5      | must be 0 or at least 1
          policy.decode-batch         | -1       | must be a whole number from 0 to 4096
          policy.device-memory-gib    | -1       | must be a number >= 0
          policy.reference            | none     | must be one of: start, base
          update.checkpointing        | layers   | must be one of: off, blocks
          policy.cache-dir            | scratch  | must be an absolute path, the same on each host
          policy.device               | tpu      | must be one of: auto, cpu, gpu
          policy.probe-timeout-seconds | 0       | must be a whole number from 1 to 86400
          policy.guidance.scale       | 0.5      | must be a number >= 1
          policy.guidance.scale       | NaN      | must be a number >= 1
          policy.guidance.scale       | Infinity | must be a number >= 1
          policy.guidance.scale       | 1e999    | must be a number >= 1
          policy.guidance.grad        | none     | must be one of: conditional-only, both
          policy.guidance             | 4.5      | must be a block { .. }
          sampler.steps               | 0        | must be a whole number from 1 to 1000
          sampler.schedule            | karras   | must be one of: flow-match-euler, linspace-shift
          sampler.shift               | 0        | must be a number > 0
          sampler.transition          | ode      | must be one of: cps, dance-sde, ddim, flow-sde
          sampler.eta                 | 0        | must be a number > 0
          tree.branching              | 0        | must be a whole number from 1 to 65536
          tree.width                  | -1       | must be a whole number from 0 to 1000
          tree.window.strategy        | sliding  | must be one of: random, shifting, fixed
          tree.window.ratio           | 0        | must be a number > 0 and <= 1
          tree.window.ratio           | 1.1      | must be a number > 0 and <= 1
          tree.window.start           | -1       | must be a whole number >= 0
          tree.window.stride          | 0        | must be a whole number >= 1
          tree.window.period          | 0        | must be a whole number >= 1
          tree.trees-per-prompt       | 0        | must be a whole number from 1 to 4096
          tree.prompts-per-round      | 0        | must be a whole number from 1 to 65536
          tree.root-noise             | same     | must be one of: shared, independent
          tree.shares                 | -1       | must be a whole number >= 0
          nightly.webhook             | ftp://host/x | must be an http or https address, or empty
          nightly.webhook             | 'https://host/a b' | must be an http or https address, or empty
          nightly.webhook             | https:/host | must be an http or https address, or empty
          evaluation.from             | all      | must be one of: held-out, vault
          evaluation.vault            | -1       | must be a whole number >= 0
          rewards                     | ocr      | must be a list [ { .. } ]
          advantage.aggregation       | max      | must be one of: normalise-then-sum, sum-then-normalise, alg1
          advantage.std-scope         | round    | must be one of: group, global
          advantage.ddof              | 2        | must be a whole number from 0 to 1
          advantage.epsilon           | 0        | must be a number > 0
          advantage.clamp             | 0        | must be a number > 0
          advantage.backup            | softmax  | must be one of: softmax-mean-logp, uniform, softmax-sum-logp, softmax-path-logp
          advantage.depth-correction  | maybe    | must be true or false
          update.surrogate            | dpo      | must be one of: flow-dppo, grpo-guard, ppo, reinforce
          update.clip                 | 0        | must be a number > 0 and < 1
          update.clip                 | 1        | must be a number > 0 and < 1
          update.kl                   | -0.1     | must be a number >= 0
          update.epochs               | 0        | must be a whole number >= 1
          update.micro-batch          | 0        | must be a whole number from 1 to 4096
          update.edge-reduction       | max      | must be one of: mean, sum
          optimizer.learning-rate     | 0        | must be a number > 0
          optimizer.beta1             | 1        | must be a number >= 0 and < 1
          optimizer.beta2             | -0.1     | must be a number >= 0 and < 1
          optimizer.epsilon           | 0        | must be a number > 0
          optimizer.weight-decay      | -1       | must be a number >= 0
          optimizer.warm-up-steps     | -1       | must be a whole number >= 0
          optimizer.max-gradient-norm | -1       | must be a number >= 0
          ema.enabled                 | 2        | must be true or false
          ema.decay                   | 1        | must be a number > 0 and < 1
          checkpoint.every            | -1       | must be a whole number >= 0
          checkpoint.keep             | 0        | must be a whole number >= 1
          evaluation.every            | -1       | must be a whole number >= 0
          evaluation.prompts          | -1       | must be a whole number >= 0
          evaluation.images-per-prompt| 0        | must be a whole number from 1 to 1024
          evaluation.steps            | 0        | must be a whole number from 1 to 1000
          evaluation.seed             | x        | must be a whole number
          audit.every                 | -1       | must be a whole number >= 0
          export.every                | -1       | must be a whole number >= 0
          reward-workers.threads      | -1       | must be a whole number from 0 to 1024
          reward-workers.chunk-rows   | 0        | must be a whole number from 1 to 4096
          reward-workers.max-failed-share | 1.5  | must be a number >= 0 and <= 1
          self-check.tolerance        | -1       | must be a number >= 0
          self-check.parents          | -1       | must be a whole number >= 0
          guards.patience             | 0        | must be a whole number from 1 to 1000000
          guards.rate-factor          | 1        | must be a number > 0 and < 1
          guards.zero-variance-groups.threshold | 0 | must be a number > 0 and <= 1
          guards.ratio-deviation.threshold | 0   | must be a number > 0
          guards.clip-fraction.threshold | 1.1   | must be a number > 0 and <= 1
          guards.clip-fraction.action | pause    | must be one of: off, warn, lower-rate, stop
          guards.gradient-norm.threshold | 1     | must be a number > 1
          guards.gradient-norm.window | 1        | must be a whole number from 2 to 1000
          guards.gradient-rms.threshold | 0      | must be a number > 0
          guards.gradient-rms.action  | lower-rate | must be one of: off, warn, stop
          guards.old-policy-gap.threshold | 0    | must be a number > 0
          guards.not-finite.action    | off      | must be one of: warn, lower-rate, stop
          guards.drift.threshold      | 0        | must be a number > 0
          guards.held-out.threshold   | 0        | must be a number > 0
          report.prompts              | -1       | must be a whole number from 0 to 1024
          report.mlflow.tracking-uri  | mlflow   | must be http://<host>[:<port>] or https://<host>[:<port>]
          cluster.start-timeout       | 300      | must be a time with its unit from 1 s to 7 days, such as 90 s or 5 minutes
          cluster.start-timeout       | 0 s      | must be a time with its unit from 1 s to 7 days, such as 90 s or 5 minutes
          cluster.start-timeout       | 8 days   | must be a time with its unit from 1 s to 7 days, such as 90 s or 5 minutes
          cluster.start-timeout       | soon     | must be a time with its unit from 1 s to 7 days, such as 90 s or 5 minutes
          cluster.cpu                 | any      | must be one of: same, baseline
          cluster.slow-task-after     | 0 s      | must be a time with its unit from 1 s to 7 days, such as 90 s or 5 minutes
          security.torchscript-roots  | none     | must be any or a list [ .. ] of texts
          pretrain.letters            | 0        | must be a whole number from 1 to 64
          pretrain.network.patch      | 5        | must divide a cell of 16 x 24 pixels evenly
          pretrain.network.width      | 0        | must be a whole number from 1 to 8192
          pretrain.network.layers     | 0        | must be a whole number from 1 to 256
          pretrain.network.heads      | 3        | must divide the width 128 evenly
          pretrain.steps              | 0        | must be a whole number from 1 to 10000000
          pretrain.batch              | 0        | must be a whole number from 1 to 65536
          pretrain.shards             | 5        | must divide the batch of 48 evenly
          pretrain.learning-rate      | 0        | must be a number > 0
          pretrain.warm-up-steps      | -1       | must be a whole number from 0 to 10000000
          pretrain.weight-decay       | -1       | must be a number >= 0
          pretrain.max-gradient-norm  | 0        | must be a number > 0
          pretrain.ema-decay          | 1        | must be a number >= 0 and < 1
          pretrain.drop-rate          | 1.1      | must be a number >= 0 and <= 1
          pretrain.word-share         | -0.1     | must be a number >= 0 and <= 1
          pretrain.sigma-shift        | 0        | must be a number > 0
          pretrain.prediction | noise | must be one of: flow-velocity, epsilon, v, x0
          pretrain.loss-weighting | p2 | must be one of: uniform, min-snr, truncated-snr
          pretrain.scheduler.num-train-timesteps | 1 | must be a whole number from 2 to 1048576
          pretrain.scheduler.beta-start | 0 | must be a number > 0 and < 1
          pretrain.scheduler.beta-end | 1 | must be a number > 0 and < 1
          pretrain.scheduler.beta-end | 1e-5 | must be at least beta-start 8.5E-4
          pretrain.scheduler.beta-schedule | sigmoid | must be one of: linear, scaled-linear, squaredcos-cap-v2
          pretrain.scheduler.rescale-betas-zero-snr | maybe | must be true or false
          pretrain.scheduler.timestep-spacing | even | must be one of: leading, trailing, linspace
          pretrain.scheduler.steps-offset | 1000 | must be a whole number from 0 to 999
          pretrain.threads            | -1       | must be a whole number from 0 to 1024
          pretrain.max-minutes        | 0        | must be a whole number from 1 to 100000
          pretrain.checkpoint-every   | 0        | must be a whole number from 1 to 10000000
          pretrain.evaluate-every     | -1       | must be a whole number from 0 to 10000000
          """)
  void aValueOutsideItsRuleIsReported(String key, String value, String rule) {
    assertThat(Loading.problemsWith("treegrpo." + key + "=" + value))
        .as("%s = %s", key, value)
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.key()).as("key").isEqualTo("treegrpo." + key);
              assertThat(problem.value()).as("value").isEqualTo(value);
              assertThat(problem.rule()).as("rule").isEqualTo(rule);
              assertThat(problem.origin()).as("origin").isEqualTo("--set");
            });
  }

  @Test
  void aTrackingServerHasNoPasswordInItsAddress() {
    assertThat(
            Loading.problemsWith("treegrpo.report.mlflow.tracking-uri=\"http://me:secret@host\""))
        .as("it would be kept in the run directory")
        .singleElement()
        .satisfies(problem -> assertThat(problem.toString()).contains("MLFLOW_TRACKING_PASSWORD"));
    assertThat(Loading.problemsWith("treegrpo.report.mlflow.experiment=\" \""))
        .as("an experiment has a name")
        .singleElement()
        .satisfies(problem -> assertThat(problem.rule()).isEqualTo("must not be blank"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          policy.trainable=["*.lora_*"]                                   |
          policy.trainable=[]                                             | policy.trainable
          policy.trainable=[""]                                           | policy.trainable
          tree.width=9                                                    |
          tree.width=10                                                   | tree.width
          tree.window.strategy=fixed, tree.width=10                       |
          tree.window.strategy=fixed, tree.width=11                       | tree.width
          tree.window.strategy=fixed, tree.window.start=7                 |
          tree.window.strategy=fixed, tree.window.start=8                 | tree.window.start
          tree.window.strategy=shifting, tree.width=9, tree.branching=2   |
          tree.window.strategy=shifting, tree.width=10, tree.branching=2  | tree.width
          tree.branching=65536, tree.width=1                              |
          tree.branching=257, tree.width=2                                | tree.width
          tree.branching=2, tree.width=16, sampler.steps=17               |
          tree.branching=2, tree.width=17, sampler.steps=18               | tree.width
          tree.branching=1                                                | tree.trees-per-prompt
          tree.branching=1, tree.trees-per-prompt=2                       |
          tree.shares=1                                                   |
          tree.shares=5                                                   | tree.shares
          tree.shares=16                                                  |
          tree.shares=64                                                  | tree.shares
          tree.shares=96                                                  |
          tree.shares=288                                                 |
          tree.shares=864                                                 |
          tree.shares=192                                                 | tree.shares
          tree.shares=2592                                                | tree.shares
          tree.shares=96, tree.splits=[1]                                 |
          tree.shares=288, tree.splits=[1]                                | tree.shares
          optimizer.warm-up-steps=251                                     |
          sampler.transition=cps, sampler.eta=1                           |
          sampler.transition=cps, sampler.eta=1.1                         | sampler.eta
          sampler.transition=ddim, sampler.eta=1.1                        | sampler.eta
          sampler.eta=1.1                                                 |
          sampler.transition=cps, update.kl=1, tree.window.strategy=fixed, tree.window.start=6 |
          sampler.transition=cps, update.kl=1, tree.window.strategy=fixed, tree.window.start=7 | update.kl
          sampler.transition=cps, update.kl=1, tree.window.start=7        |
          update.kl=1, tree.window.strategy=fixed, tree.window.start=7    |
          """)
  void rulesThatJoinKeysHoldAtTheirBounds(String overrides, String expectedKey) {
    String[] options =
        Arrays.stream(overrides.split(", ")).map(each -> "treegrpo." + each).toArray(String[]::new);
    List<String> keys = Loading.problemsWith(options).stream().map(Problem::key).toList();
    assertThat(keys)
        .as(overrides)
        .isEqualTo(expectedKey == null ? List.of() : List.of("treegrpo." + expectedKey));
  }

  @Test
  void aPredictionOfTheNoiseNeedsSignalAtEveryTrainingStep() {
    String zero = "treegrpo.pretrain.scheduler.rescale-betas-zero-snr=true";
    assertThat(Loading.problemsWith(zero, "treegrpo.pretrain.prediction=epsilon"))
        .as("epsilon at zero SNR")
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.key()).isEqualTo("treegrpo.pretrain.prediction");
              assertThat(problem.rule()).contains("use prediction v or x0");
            });
    assertThat(Loading.problemsWith(zero, "treegrpo.pretrain.prediction=v")).as("v").isEmpty();
    assertThat(Loading.problemsWith(zero)).as("a flow ignores it").isEmpty();
  }

  @Test
  void leavesOf16LevelsFit() {
    assertThat(
            Loading.minimal(
                    "treegrpo.tree.branching=2",
                    "treegrpo.tree.width=16",
                    "treegrpo.sampler.steps=17")
                .tree()
                .groupSize())
        .as("2 ^ 16 leaves are the limit")
        .isEqualTo(65_536);
  }

  @ParameterizedTest
  @ValueSource(strings = {"policy.path", "prompts.train", "prompts.evaluation", "run-dir"})
  void trainingNeedsItsInputs(String key) {
    assertThat(Loading.problemsWith("treegrpo." + key + "="))
        .as("%s left empty", key)
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.key()).isEqualTo("treegrpo." + key);
              assertThat(problem.rule()).isEqualTo("is required");
              assertThat(problem.hint()).contains("--set treegrpo." + key);
            });
  }

  @Test
  void samplingNeedsThePolicyOnly() {
    TrainSettings settings =
        Loading.loader().parse("treegrpo.policy.path = /p", "test.conf", List.of(), Use.SAMPLE);
    assertThat(settings.policy().path()).as("nothing else is required").isEqualTo("/p");
  }

  @Test
  void aNumberMayBeWrittenAsText() {
    TrainSettings settings = Loading.parse(Loading.MINIMAL + "\ntreegrpo.rounds = \"12\"");
    assertThat(settings.rounds()).as("as environment variables give it").isEqualTo(12);
  }
}
