package org.treegrpo.job.round;

import ai.djl.Device;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.treegrpo.core.credit.RewardWeights;
import org.treegrpo.core.io.SafetensorsException;
import org.treegrpo.core.io.SafetensorsShards;
import org.treegrpo.core.learn.LateAnchor;
import org.treegrpo.core.learn.LearnContext;
import org.treegrpo.core.learn.Learner;
import org.treegrpo.core.policy.Checkpointing;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.policy.Denoiser;
import org.treegrpo.core.policy.GuidedDenoiser;
import org.treegrpo.core.policy.NetworkOptions;
import org.treegrpo.core.policy.Policy;
import org.treegrpo.core.policy.PolicyDirectory;
import org.treegrpo.core.policy.PolicySpec;
import org.treegrpo.core.process.Family;
import org.treegrpo.core.prompt.CharacterEncoder;
import org.treegrpo.core.prompt.ConditioningFile;
import org.treegrpo.core.prompt.Prompt;
import org.treegrpo.core.prompt.PromptException;
import org.treegrpo.core.prompt.PromptSet;
import org.treegrpo.core.prompt.TextConditioner;
import org.treegrpo.core.topology.Forest;
import org.treegrpo.core.topology.Topology;
import org.treegrpo.core.topology.TreeSeed;
import org.treegrpo.core.transition.Sampler;
import org.treegrpo.core.tree.OdeSampler;
import org.treegrpo.core.tree.RoundKey;
import org.treegrpo.core.tree.TreeSettings;
import org.treegrpo.core.tree.WindowSchedule;
import org.treegrpo.job.files.FileSystems;
import org.treegrpo.job.files.HadoopSource;
import org.treegrpo.job.settings.ForestSettings;
import org.treegrpo.job.settings.Labels;
import org.treegrpo.job.settings.LateAnchorSettings;
import org.treegrpo.job.settings.PolicySettings;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.settings.UpdateSettings;
import org.treegrpo.job.settings.UpdateSettings.StepWeight;
import org.treegrpo.reward.RewardDefinition;

/**
 * What follows from the settings, the policy directory and the prompts: the same on the driver and
 * on every executor. Holds the conditioning file open.
 */
public final class Recipe implements AutoCloseable {

  private final TrainSettings settings;
  private final PolicySpec policy;
  private final Sampler sampler;
  private final List<Prompt> trainPrompts;
  private final List<Prompt> evaluationPrompts;
  private final TextConditioner conditioner;
  private final Conditioning unconditional;
  private final WindowSchedule window;

  /**
   * @param policyDirectory a local copy of the policy directory
   * @param hadoop for the file system of the conditioning file
   * @param trainPrompts JSONL; empty where the command does not train
   * @param evaluationPrompts JSONL; empty where the command does not evaluate
   * @throws IOException if a file is missing or malformed
   */
  public Recipe(
      TrainSettings settings,
      Path policyDirectory,
      Configuration hadoop,
      byte[] trainPrompts,
      byte[] evaluationPrompts)
      throws IOException {
    this.settings = settings;
    this.policy = PolicyDirectory.read(policyDirectory);
    checkType(settings, policy);
    checkSegments(settings, policy);
    this.sampler = sampler(settings, policy);
    this.conditioner = conditioner(settings, policy, hadoop);
    this.trainPrompts = prompts(trainPrompts, settings.prompts().train());
    this.evaluationPrompts =
        HeldOutPrompts.of(
            prompts(evaluationPrompts, settings.prompts().evaluation()), settings.evaluation());
    this.unconditional =
        settings.policy().guidance().branches() == 1 && settings.evaluationGuidance() == 1
            ? Conditioning.zeros(policy.conditioning())
            : conditioner.unconditional();
    this.window =
        settings
            .tree()
            .window()
            .schedule(settings.seed(), settings.sampler().steps(), settings.tree().width());
  }

  public TrainSettings settings() {
    return settings;
  }

  public PolicySpec policy() {
    return policy;
  }

  public Sampler sampler() {
    return sampler;
  }

  /** The sampler of held-out evaluation: its own number of steps, used by ODE. */
  public Sampler evaluationSampler() {
    return Sampler.of(
        settings.sampler().withSteps(settings.evaluation().steps()),
        policy.prediction(),
        policy.noiseSchedule());
  }

  /**
   * Draws for an evaluation.
   *
   * @param base takes the steps from {@code evaluation.base-after} on, if that is set
   * @param maxBatch most rows of one forward pass
   * @param roots pure noise, {@code [N * D]}
   * @param conditioning one per row
   */
  public float[] evaluationSample(
      Denoiser denoiser,
      Denoiser base,
      int maxBatch,
      float[] roots,
      List<Conditioning> conditioning) {
    OdeSampler odeSampler = new OdeSampler(denoiser, evaluationSampler(), maxBatch);
    return settings.evaluation().endsWithBase()
        ? odeSampler.sample(roots, conditioning, settings.evaluation().baseAfter(), base)
        : odeSampler.sample(roots, conditioning);
  }

  /** A network with the guidance of training. */
  public GuidedDenoiser denoiser(Policy policy) {
    return guided(policy, settings.policy().guidance().scale());
  }

  /** A network with the guidance of evaluations. */
  public GuidedDenoiser evaluationDenoiser(Policy policy) {
    return guided(policy, settings.evaluationGuidance());
  }

  private GuidedDenoiser guided(Policy policy, double scale) {
    return new GuidedDenoiser(policy, scale, settings.policy().guidance().grad(), unconditional);
  }

  /** How the policy's network is opened. */
  public NetworkOptions networkOptions(Device device) {
    return new NetworkOptions(
        settings.policy().trainable(),
        device,
        settings.update().checkpointing(),
        residentPrompts());
  }

  /** Prompts whose conditionings one share, or one batch of an evaluation, goes on using. */
  public int residentPrompts() {
    int shares = settings.tree().shares();
    int ofShare = (settings.tree().promptsPerRound() + shares - 1) / shares;
    int ofEvaluation =
        Math.max(1, settings.update().microBatch() / settings.evaluation().imagesPerPrompt());
    int unconditional = 1;
    return Math.max(ofShare, ofEvaluation) + unconditional;
  }

  public TextConditioner conditioner() {
    return conditioner;
  }

  /** The conditioning of guidance's other branch; zeros, which nothing reads, without guidance. */
  public Conditioning unconditional() {
    return unconditional;
  }

  /** Training prompts, in file order. */
  public List<Prompt> trainPrompts() {
    return trainPrompts;
  }

  /** Held-out prompts, at most {@code evaluation.prompts}. */
  public List<Prompt> evaluationPrompts() {
    return evaluationPrompts;
  }

  public TreeSettings trees() {
    return settings.tree().trees(settings.update().microBatch());
  }

  /** How the gradient of a round's share is taken. */
  public Learner learner(RoundPlan plan) {
    UpdateSettings update = settings.update();
    LearnContext context =
        new LearnContext(
            plan.key(),
            sampler,
            update.edgeLoss(),
            update.clip(),
            settings.advantage().clamp(),
            update.penalties(),
            update.leaves().learner(),
            update.microBatch(),
            plan.trees(),
            plan.steps(),
            plan::treeIndex);
    Learner learner = update.learner().create(context);
    LateAnchorSettings anchor = update.lateAnchor();
    return anchor.beta() == 0
        ? learner
        : new LateAnchor(learner, context, anchor.beta(), anchor.rows(), anchor.steps());
  }

  /** All rewards in configuration order, trained and measured-only. */
  public List<RewardDefinition> rewards() {
    return settings.rewards();
  }

  /** The rewards that training scores, in configuration order. */
  public List<RewardDefinition> trainedRewards() {
    return settings.trainedRewards();
  }

  /** How much each of {@link #trainedRewards} counts. */
  public RewardWeights rewardWeights() {
    return new RewardWeights(
        trainedRewards().stream().mapToDouble(RewardDefinition::weight).toArray());
  }

  /** How much the edges of each step count, with mean 1 over the steps that can be trained. */
  public double[] stepWeights() {
    int steps = sampler.steps();
    double[] weights = new double[steps];
    Arrays.fill(weights, 1);
    if (settings.update().stepWeight() == StepWeight.NOISE) {
      int trainable = policy.prediction().family() == Family.FLOW ? steps - 1 : steps;
      double mean =
          IntStream.range(0, trainable)
              .mapToDouble(t -> sampler.sdeStep(t).noiseStd())
              .average()
              .orElse(1);
      Arrays.setAll(weights, t -> sampler.sdeStep(t).noiseStd() / mean);
    }
    return weights;
  }

  /** The plan of a round (1, 2, ...). */
  public RoundPlan plan(int round) {
    ForestSettings forest = settings.tree();
    List<Prompt> prompts =
        new PromptOrder(settings.seed(), trainPrompts.size(), forest.promptsPerRound())
            .of(round).stream().map(trainPrompts::get).toList();
    Topology topology = Topology.of(forest.schedule(window.start(round), settings.sampler()));
    List<Topology> parts = forest.parts(topology);
    List<TreeSeed> seeds = new ArrayList<>();
    for (Prompt prompt : prompts) {
      for (int tree = 0; tree < forest.treesPerPrompt(); tree++) {
        for (Topology part : parts) {
          seeds.add(new TreeSeed(prompt.id(), tree, part));
        }
      }
    }
    List<Share> shares = new ArrayList<>();
    RoundKey key = new RoundKey(settings.seed(), round);
    int[] steps =
        new StepDeal(forest.shares(), forest.dealtUnits(), settings.update().stepsPerRound())
            .of(key);
    int perShare = seeds.size() / forest.shares();
    for (int i = 0; i < forest.shares(); i++) {
      shares.add(
          new Share(i, steps[i], new Forest(seeds.subList(i * perShare, (i + 1) * perShare))));
    }
    return new RoundPlan(
        key,
        prompts,
        forest.treesPerPrompt(),
        topology,
        TrainedDepths.of(settings.update(), policy.prediction().family(), key, topology.schedule()),
        shares);
  }

  @Override
  public void close() throws IOException {
    conditioner.close();
  }

  private static void checkType(TrainSettings settings, PolicySpec policy) throws IOException {
    PolicySettings.Type wanted = settings.policy().type();
    boolean agrees =
        switch (wanted) {
          case AUTO -> true;
          case BUILT_IN -> policy.type() == PolicySpec.Type.BUILT_IN;
          case TORCHSCRIPT -> policy.type() == PolicySpec.Type.TORCHSCRIPT;
        };
    if (!agrees) {
      throw new IOException(
          "treegrpo.policy.type: %s, but %s/policy.json has another type; use auto"
              .formatted(Labels.of(wanted), settings.policy().path()));
    }
  }

  private static void checkSegments(TrainSettings settings, PolicySpec policy) throws IOException {
    if (settings.update().checkpointing() == Checkpointing.BLOCKS && policy.segments() == 0) {
      throw new IOException(
          "treegrpo.update.checkpointing: blocks needs a policy that is cut into segments, and %s/policy.json has no segments; use off, or export it by treegrpo export"
              .formatted(settings.policy().path()));
    }
  }

  private static Sampler sampler(TrainSettings settings, PolicySpec policy) throws IOException {
    try {
      return Sampler.of(settings.sampler(), policy.prediction(), policy.noiseSchedule());
    } catch (IllegalArgumentException e) {
      throw new IOException("treegrpo.sampler." + e.getMessage(), e);
    }
  }

  private static TextConditioner conditioner(
      TrainSettings settings, PolicySpec policy, Configuration hadoop) throws IOException {
    String file = settings.policy().conditioningFile();
    if (!file.isEmpty()) {
      return conditioningFile(file, policy, hadoop);
    }
    if (policy.type() == PolicySpec.Type.BUILT_IN) {
      return CharacterEncoder.of(policy);
    }
    if (policy.conditioning().isEmpty()) {
      return new NoConditioning();
    }
    throw new IOException(
        "treegrpo.policy.conditioning-file: is empty, but the policy has the conditioning inputs %s; name a safetensors file with <prompt id>/<input name>"
            .formatted(policy.conditioning().stream().map(input -> input.name()).toList()));
  }

  private static TextConditioner conditioningFile(
      String file, PolicySpec policy, Configuration hadoop) throws IOException {
    try {
      return new ConditioningFile(
          SafetensorsShards.open(file, sources(file, hadoop)), policy.conditioning());
    } catch (SafetensorsException e) {
      throw e;
    } catch (IOException | IllegalArgumentException e) {
      throw new IOException(
          "treegrpo.policy.conditioning-file: %s must be readable; %s"
              .formatted(file, e.getMessage()),
          e);
    }
  }

  /** A file, or all safetensors files of a directory. */
  private static List<HadoopSource> sources(String uri, Configuration hadoop) throws IOException {
    org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(uri);
    FileSystem fs = FileSystems.of(path, hadoop);
    if (!fs.getFileStatus(path).isDirectory()) {
      return List.of(new HadoopSource(fs, path));
    }
    List<HadoopSource> sources =
        Arrays.stream(fs.listStatus(path))
            .map(FileStatus::getPath)
            .filter(file -> file.getName().endsWith(".safetensors"))
            .sorted()
            .map(file -> new HadoopSource(fs, file))
            .toList();
    if (sources.isEmpty()) {
      throw new IOException("the directory holds no *.safetensors");
    }
    return sources;
  }

  private List<Prompt> prompts(byte[] jsonl, String name) throws IOException {
    if (jsonl.length == 0) {
      return List.of();
    }
    List<Prompt> prompts = PromptSet.read(new ByteArrayInputStream(jsonl), name).prompts();
    try {
      conditioner.check(prompts);
    } catch (PromptException e) {
      throw new IOException(name + ": " + e.getMessage(), e);
    }
    return prompts;
  }
}
