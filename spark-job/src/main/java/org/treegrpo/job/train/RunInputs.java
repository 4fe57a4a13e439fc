package org.treegrpo.job.train;

import ai.djl.Device;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.treegrpo.core.learn.Learner;
import org.treegrpo.core.policy.AdapterSpec;
import org.treegrpo.core.policy.ImageDecoder;
import org.treegrpo.core.policy.LoraFile;
import org.treegrpo.core.policy.LoraPairs;
import org.treegrpo.core.policy.NetworkException;
import org.treegrpo.core.policy.ParameterLayout;
import org.treegrpo.core.policy.Policies;
import org.treegrpo.core.policy.Policy;
import org.treegrpo.core.policy.PolicyDirectory;
import org.treegrpo.core.policy.TrainableParameters;
import org.treegrpo.core.prompt.PromptException;
import org.treegrpo.core.tensor.ArchiveHeader.Parameter;
import org.treegrpo.job.checkpoint.CheckpointState;
import org.treegrpo.job.checkpoint.WeightsDigest;
import org.treegrpo.job.cluster.SparkCluster;
import org.treegrpo.job.executor.RunSpec;
import org.treegrpo.job.files.FileCache;
import org.treegrpo.job.files.FileSystems;
import org.treegrpo.job.files.InputFile;
import org.treegrpo.job.files.PolicyFile;
import org.treegrpo.job.files.RewardFile;
import org.treegrpo.job.plan.PlanInputs;
import org.treegrpo.job.plan.RunPlan;
import org.treegrpo.job.round.PolicyProbe;
import org.treegrpo.job.round.Recipe;
import org.treegrpo.job.settings.PolicySettings;
import org.treegrpo.job.settings.SettingsException;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.spark.WeightBroadcast;
import org.treegrpo.reward.RewardException;

/**
 * Everything that a run reads, loaded and checked on the driver before Spark starts. Owns a local
 * copy of the policy directory.
 */
final class RunInputs implements AutoCloseable {

  private final TrainSettings settings;
  private final Configuration hadoop;
  private final PolicyCopy copy;
  private final byte[] trainPrompts;
  private final byte[] evaluationPrompts;
  private final Recipe recipe;
  private final TrainableParameters.Selection parameters;
  private final ParameterLayout layout;
  private final String weightsSha256;
  private final String fingerprint;
  private final long bufferBytes;
  private final long decoderBytes;
  private final RewardInputs rewards;

  private RunInputs(TrainSettings settings, PolicyCopy copy, Configuration hadoop, boolean scores)
      throws IOException, RewardException {
    this.settings = settings;
    this.hadoop = hadoop;
    this.copy = copy;
    this.trainPrompts = read("treegrpo.prompts.train", settings.prompts().train(), hadoop);
    this.evaluationPrompts =
        read("treegrpo.prompts.evaluation", settings.prompts().evaluation(), hadoop);
    copy.fetchLarge(PolicyDirectory.describe(copy.directory()).files(), hadoop);
    this.recipe = new Recipe(settings, copy.directory(), hadoop, trainPrompts, evaluationPrompts);
    TrustedRoots.require(settings, recipe.policy(), hadoop);
    copy.requireDigests(recipe.policy().sha256());
    this.parameters =
        settings.policy().trainable().of(Policies.parameters(recipe.policy(), copy.directory()));
    this.layout = layout(parameters.trained());
    float[] base = startWeights();
    this.weightsSha256 = WeightsDigest.sha256(base);
    this.fingerprint = InputDigests.basis(trainPrompts, base);
    this.bufferBytes = Policies.bufferBytes(recipe.policy(), copy.directory());
    this.decoderBytes = ImageDecoder.weightBytes(recipe.policy(), copy.directory());
    if (settings.export().every() > 0) {
      loraFile();
    }
    requireReference();
    this.rewards =
        scores
            ? RewardInputs.of(recipe, new FileCache(settings.policy().cacheDir()), hadoop)
            : RewardInputs.NONE;
  }

  /**
   * Loads and checks all inputs. Of networks and reward models the headers are read; an executor
   * tries them, {@link #probe}.
   *
   * @throws InvalidInputException naming the first file that breaks a rule; nothing is left behind
   */
  public static RunInputs load(TrainSettings settings, Configuration hadoop) {
    return load(settings, hadoop, true);
  }

  /** The same without the files of rewards, for what scores no images. */
  static RunInputs loadWithoutRewards(TrainSettings settings, Configuration hadoop) {
    return load(settings, hadoop, false);
  }

  private static RunInputs load(TrainSettings settings, Configuration hadoop, boolean scores) {
    PolicyCopy copy;
    try {
      copy =
          PolicyCopy.of(
              settings.policy().path(), new FileCache(settings.policy().cacheDir()), hadoop);
    } catch (IOException | IllegalArgumentException e) {
      throw new InvalidInputException(
          keyed("treegrpo.policy.path", settings.policy().path(), e), e);
    }
    try {
      return new RunInputs(settings, copy, hadoop, scores);
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

  /**
   * How the trained adapters are written for diffusers.
   *
   * @throws InvalidInputException if the policy has no adapters, or others are trained beside them
   */
  LoraFile loraFile() {
    String policy = settings.policy().path();
    AdapterSpec adapters =
        recipe
            .policy()
            .lora()
            .orElseThrow(
                () ->
                    new InvalidInputException(
                        "treegrpo.policy.path: %s must be a policy with adapters; its policy.json has no lora"
                            .formatted(policy)));
    try {
      return new LoraFile(adapters, layout);
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException(
          "treegrpo.policy.path: %s: %s".formatted(policy, e.getMessage()), e);
    }
  }

  /**
   * The weights that the run starts from, read anew: a driver does not keep them beside its own.
   */
  public float[] baseWeights() {
    try {
      return startWeights();
    } catch (IOException e) {
      throw new InvalidInputException(copy.aboutOriginal(String.valueOf(e.getMessage())), e);
    }
  }

  private float[] startWeights() throws IOException {
    String file = settings.policy().weights();
    if (!file.isEmpty()) {
      return StartWeights.read(file, layout, base(), hadoop);
    }
    return directoryWeights();
  }

  /** The weights of the policy directory, whatever the run starts from. */
  float[] directoryWeights() throws IOException {
    float[] weights = Policies.weights(recipe.policy(), copy.directory(), parameters);
    PolicyProbe.requireFinite(
        copy.directory().resolve(recipe.policy().file()).toString(), layout, weights);
    return weights;
  }

  /** {@link WeightsDigest#sha256} of the weights that the run starts from. */
  String weightsSha256() {
    return weightsSha256;
  }

  /**
   * What penalties compare the policy with, read anew.
   *
   * @throws InvalidInputException if it shall be a base without adapters, and there are none
   */
  float[] referenceWeights() {
    float[] base = baseWeights();
    return requireReference().map(adapters -> adapters.withoutEffect(layout, base)).orElse(base);
  }

  /** The adapters that the reference does without, where it does. */
  private Optional<LoraPairs> requireReference() {
    if (settings.policy().reference() == PolicySettings.Reference.START) {
      return Optional.empty();
    }
    LoraPairs adapters = LoraPairs.of(layout);
    int all = recipe.policy().lora().map(lora -> lora.scale().size()).orElse(0);
    if (all == 0 || adapters.size() != all || layout.entries().size() != 2 * all) {
      throw new InvalidInputException(
          "treegrpo.policy.reference: base needs a policy with adapters of which all are trained, and nothing else; of %s %d of %d are, and %d tensors; use start"
              .formatted(settings.policy().path(), adapters.size(), all, layout.entries().size()));
    }
    return Optional.of(adapters);
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
      return InputDigests.of(
          recipe, copy.directory(), trainPrompts, evaluationPrompts, rewards.files());
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
            parameters,
            bufferBytes,
            decoderBytes,
            recipe.trainPrompts().size(),
            recipe.evaluationPrompts().size(),
            recipe.residentPrompts(),
            rewards.weights()));
  }

  /** What a network of the copy does wrong, told of the user's own file. */
  InvalidInputException refused(NetworkException problem) {
    return new InvalidInputException(
        copy.aboutOriginal(String.valueOf(problem.getMessage())), problem);
  }

  /** The network; the caller closes it. */
  Policy openPolicy(Device device) throws IOException {
    return Policies.open(recipe.policy(), copy.directory(), recipe.networkOptions(device));
  }

  /** The decoder; the caller closes it. */
  ImageDecoder openDecoder(Device device) {
    return ImageDecoder.open(recipe.policy(), copy.directory(), device, settings.decodeBatch());
  }

  /** What executors are sent; the driver has a Spark context. */
  RunSpec runSpec(String runId) {
    boolean reference =
        settings.evaluation().endsWithBase()
            || (!recipe.trainPrompts().isEmpty()
                && recipe.learner(recipe.plan(1)).needs(Learner.Need.REFERENCE));
    return new RunSpec(
        runId,
        settings,
        files(),
        rewards.files().toArray(RewardFile[]::new),
        trainPrompts,
        evaluationPrompts,
        1,
        null,
        reference ? WeightBroadcast.of(WeightBroadcast.REFERENCE, referenceWeights()) : null);
  }

  private PolicyFile[] files() {
    try {
      return copy.files();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try (copy) {
      recipe.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ParameterLayout layout(List<Parameter> trained) {
    trained.forEach(Parameter::requireFloat32);
    MemoryCheck.ofVector(
        trained.stream().mapToLong(Parameter::size).sum(), Runtime.getRuntime().maxMemory() >> 20);
    return ParameterLayout.of(trained);
  }

  /**
   * Opens networks and rewards on all executors.
   *
   * @return how many those are
   * @throws InvalidInputException if one cannot be used
   */
  int prepare(SparkCluster cluster) {
    try {
      return cluster.prepare();
    } catch (RuntimeException e) {
      throw Trial.told(e);
    }
  }

  /**
   * Tries networks and rewards on an executor.
   *
   * @throws InvalidInputException if one does not do what a run needs
   */
  void probe(SparkCluster cluster) {
    new Trial(settings.policy()).on(cluster, baseWeights());
  }

  /**
   * Refuses weights that were trained beside other frozen ones.
   *
   * @throws IOException if they were, naming both
   */
  void requireBaseOf(CheckpointState checkpoint) throws IOException {
    String file = recipe.policy().file();
    String key = InputDigests.POLICY + file;
    String found = baseSha256();
    Optional<String> base = RunIdentity.input(checkpoint, key);
    if (!parameters.frozen().isEmpty() && base.isPresent() && !base.get().equals(found)) {
      throw new IOException(
          "it was trained on a base whose SHA-256 is %s, and %s has %s"
              .formatted(base.get(), file, found));
    }
  }

  /** What a file of trained weights says of the others that they belong to. */
  Map<String, String> base() {
    try {
      return parameters.frozen().isEmpty()
          ? Map.of()
          : Map.of(StartWeights.BASE_SHA256, baseSha256());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String baseSha256() throws IOException {
    return FileCache.digest(copy.directory().resolve(recipe.policy().file()));
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
