package org.treegrpo.job.train;

import ai.djl.Device;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.treegrpo.core.base.Sha256;
import org.treegrpo.core.learn.Learner;
import org.treegrpo.core.policy.ImageDecoder;
import org.treegrpo.core.policy.NetworkException;
import org.treegrpo.core.policy.ParameterLayout;
import org.treegrpo.core.policy.Policies;
import org.treegrpo.core.policy.Policy;
import org.treegrpo.core.policy.PolicySpec;
import org.treegrpo.core.policy.PolicyWeights;
import org.treegrpo.core.prompt.Prompt;
import org.treegrpo.core.prompt.PromptException;
import org.treegrpo.job.checkpoint.WeightsDigest;
import org.treegrpo.job.executor.RunSpec;
import org.treegrpo.job.files.FileSystems;
import org.treegrpo.job.files.InputFile;
import org.treegrpo.job.plan.PlanInputs;
import org.treegrpo.job.plan.RunPlan;
import org.treegrpo.job.round.Recipe;
import org.treegrpo.job.settings.SettingsException;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.reward.RewardDefinition;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.RewardProviders;

/**
 * Everything that a run reads, loaded and checked on the driver before Spark starts. Owns a local
 * copy of the policy directory.
 */
final class RunInputs implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RunInputs.class);

  /** Of a start that takes longer, people want to know why. */
  private static final Duration NOTICE = Duration.ofSeconds(5);

  private final TrainSettings settings;
  private final PolicyCopy copy;
  private final byte[] trainPrompts;
  private final byte[] evaluationPrompts;
  private final Recipe recipe;
  private final ParameterLayout layout;
  private final float[] baseWeights;
  private final String fingerprint;

  private RunInputs(TrainSettings settings, PolicyCopy copy, Configuration hadoop)
      throws IOException, RewardException {
    this.settings = settings;
    this.copy = copy;
    this.trainPrompts = read("treegrpo.prompts.train", settings.prompts().train(), hadoop);
    this.evaluationPrompts =
        read("treegrpo.prompts.evaluation", settings.prompts().evaluation(), hadoop);
    this.recipe = new Recipe(settings, copy.directory(), hadoop, trainPrompts, evaluationPrompts);
    Base base = base();
    this.layout = base.layout();
    this.baseWeights = base.weights();
    this.fingerprint = fingerprint(trainPrompts, baseWeights);
    for (RewardDefinition reward : settings.rewards()) {
      RewardProviders.check(reward, promptsOf(reward));
    }
  }

  /**
   * Loads and checks all inputs. Each network of a TorchScript policy runs once, on a batch of two,
   * and each reward is loaded once: what they break is told here and not by an executor.
   *
   * @throws InvalidInputException naming the first file that breaks a rule; nothing is left behind
   */
  public static RunInputs load(TrainSettings settings, Configuration hadoop) {
    PolicyCopy copy;
    try {
      copy = PolicyCopy.of(settings.policy().path(), hadoop);
    } catch (IOException | IllegalArgumentException e) {
      throw new InvalidInputException(
          keyed("treegrpo.policy.path", settings.policy().path(), e), e);
    }
    try {
      return new RunInputs(settings, copy, hadoop);
    } catch (IOException
        | IllegalArgumentException
        | NetworkException
        | PromptException
        | RewardException e) {
      copy.close();
      throw new InvalidInputException(copy.aboutOriginal(String.valueOf(e.getMessage())), e);
    } catch (RuntimeException e) {
      copy.close();
      throw e;
    }
  }

  public Recipe recipe() {
    return recipe;
  }

  public ParameterLayout layout() {
    return layout;
  }

  /** The weights of the policy directory; not to be changed. */
  public float[] baseWeights() {
    return baseWeights;
  }

  /** Ids of the prompts whose images a reward scores. */
  private List<String> promptsOf(RewardDefinition reward) {
    Stream<Prompt> evaluated = recipe.evaluationPrompts().stream();
    return (reward.weight() > 0
            ? Stream.concat(recipe.trainPrompts().stream(), evaluated)
            : evaluated)
        .map(Prompt::id)
        .toList();
  }

  /** SHA-256 of the training prompts and the base weights, in hexadecimal. */
  String fingerprint() {
    return fingerprint;
  }

  /**
   * SHA-256 of each input by the key that names it, in hexadecimal. Reads the conditioning of every
   * prompt and every archive.
   *
   * @throws InvalidInputException naming a file that cannot be read
   */
  SortedMap<String, String> digests() {
    try {
      return InputDigests.of(recipe, copy.directory(), trainPrompts, evaluationPrompts);
    } catch (IOException e) {
      throw new InvalidInputException(copy.aboutOriginal(String.valueOf(e.getMessage())), e);
    }
  }

  /**
   * What a run with these inputs comes to.
   *
   * @throws SettingsException if the settings ask for more than the inputs have
   */
  RunPlan plan() {
    return RunPlan.of(
        settings,
        new PlanInputs(
            recipe.policy(),
            layout.size(),
            recipe.trainPrompts().size(),
            recipe.evaluationPrompts().size()));
  }

  /** The network on the CPU; the caller closes it. */
  Policy openPolicy() {
    return Policies.open(recipe.policy(), copy.directory(), Device.cpu());
  }

  /** The decoder on the CPU; the caller closes it. */
  ImageDecoder openDecoder() {
    return ImageDecoder.open(recipe.policy(), copy.directory(), Device.cpu(), PolicyProbe.ROWS);
  }

  /** What executors are sent. */
  RunSpec runSpec(String runId) {
    boolean reference =
        settings.evaluation().endsWithBase()
            || (!recipe.trainPrompts().isEmpty()
                && recipe.learner(recipe.plan(1)).needs(Learner.Need.REFERENCE));
    return new RunSpec(
        runId,
        settings,
        copy.names(),
        copy.contents(),
        trainPrompts,
        evaluationPrompts,
        1,
        reference ? baseWeights : new float[0]);
  }

  @Override
  public void close() {
    try (copy) {
      recipe.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private record Base(ParameterLayout layout, float[] weights) {}

  /** Waits no longer than the settings say: {@code forward} may hold a loop without an end. */
  private Base base() throws IOException {
    int seconds = settings.policy().probeTimeoutSeconds();
    String waitedFor =
        "one forward pass of the networks in %s, tried before the run starts"
            .formatted(settings.policy().path());
    return new TimeLimit(NOTICE, Duration.ofSeconds(seconds))
        .run(
            "policy-probe",
            this::probedBase,
            () ->
                LOG.warn(
                    "still waiting for {}; given up after {} s, treegrpo.policy.probe-timeout-seconds",
                    waitedFor,
                    seconds))
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "treegrpo.policy.probe-timeout-seconds: %d must be enough for %s; it did not end; look for an endless loop, or raise the limit"
                        .formatted(seconds, waitedFor)));
  }

  private Base probedBase() throws IOException {
    try (Policy policy = openPolicy();
        ImageDecoder decoder = openDecoder()) {
      ParameterLayout parameters = policy.parameters();
      float[] weights = baseWeights(policy, parameters);
      new PolicyProbe(recipe).run(policy, decoder);
      return new Base(parameters, weights);
    }
  }

  private float[] baseWeights(Policy policy, ParameterLayout layout) throws IOException {
    java.nio.file.Path file = copy.directory().resolve(recipe.policy().file());
    if (recipe.policy().type() == PolicySpec.Type.BUILT_IN) {
      return PolicyWeights.load(file, layout);
    }
    float[] weights = new float[layout.size()];
    policy.readWeights(weights);
    PolicyProbe.requireFinite(file.toString(), layout, weights);
    return weights;
  }

  private static String fingerprint(byte[] prompts, float[] weights) {
    MessageDigest digest = Sha256.newDigest();
    digest.update(prompts);
    digest.update(WeightsDigest.sha256(weights).getBytes(StandardCharsets.UTF_8));
    return Sha256.hex(digest);
  }

  private static byte[] read(String key, String uri, Configuration hadoop) {
    if (uri.isEmpty()) {
      return new byte[0];
    }
    byte[] bytes;
    try {
      Path path = new Path(uri);
      bytes = InputFile.read(FileSystems.of(path, hadoop), path);
    } catch (IOException | IllegalArgumentException e) {
      throw new InvalidInputException(keyed(key, uri, e), e);
    }
    if (bytes.length == 0) {
      throw new InvalidInputException(
          "%s: %s must hold at least one prompt; it is empty".formatted(key, uri));
    }
    return bytes;
  }

  private static String keyed(String key, String uri, Exception problem) {
    return "%s: %s must be readable; %s".formatted(key, uri, InvalidInputException.reason(problem));
  }
}
