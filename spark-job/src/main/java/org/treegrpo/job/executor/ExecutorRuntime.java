package org.treegrpo.job.executor;

import ai.djl.Device;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.util.TaskCompletionListener;
import org.apache.spark.util.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.treegrpo.core.base.Sha256;
import org.treegrpo.core.learn.Learner.Need;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.tensor.TorchRuntime;
import org.treegrpo.core.tree.GrownShare;
import org.treegrpo.job.files.FileCache;
import org.treegrpo.job.files.PolicyFile;
import org.treegrpo.job.files.RewardFile;
import org.treegrpo.job.files.TemporaryDirectory;
import org.treegrpo.job.round.Recipe;
import org.treegrpo.job.round.RoundPlan;
import org.treegrpo.job.settings.RewardWorkerSettings;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.spark.OpenRuns;
import org.treegrpo.job.spark.RewardStreamPlugin;
import org.treegrpo.job.spark.WeightBroadcast;
import org.treegrpo.reward.RewardDefinition;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.RewardModelException;
import org.treegrpo.reward.pool.RewardPool;
import org.treegrpo.reward.pool.RewardPoolSettings;
import org.treegrpo.reward.pool.RewardSelection;

/**
 * What one executor JVM keeps between tasks: the recipe, native policies (one per task that runs at
 * the same time), reward workers, and the rollouts of the current round. There is one for each of
 * the runs that take turns here, {@value #MOST_RUNS} at most.
 */
final class ExecutorRuntime implements AutoCloseable {

  private static final int TASKS_END_SECONDS = 20;

  /** An option of rewards. */
  private static final String DEVICE = "device";

  /** Each holds a network a task slot, in the memory of the device too. */
  private static final int MOST_RUNS = 2;

  private static final Logger LOG = LoggerFactory.getLogger(ExecutorRuntime.class);
  private static final KeptRuns<ExecutorRuntime> RUNTIMES =
      new KeptRuns<>(MOST_RUNS, ExecutorRuntime::closeQuietly);

  /** What runs of one policy or of the same rewards hand on to one another. */
  private static final SharedValues<String, NetworkPool> NETWORKS =
      new SharedValues<>(NetworkPool::close);

  private static final SharedValues<List<?>, RewardPool> REWARDS =
      new SharedValues<>(RewardPool::close);

  private final RunSpec spec;
  private final String networksKey;
  private final NetworkPool networks;
  private final List<RewardDefinition> localRewards;
  private final List<?> rewardsKey;
  private final TemporaryDirectory directory;
  private final Recipe recipe;
  private final RewardPool rewards;
  private final ConditioningCache conditioning;
  private final RolloutStore rollouts = new RolloutStore();
  private final Deque<PolicySlot> idle = new ArrayDeque<>();
  private int slots;

  private ExecutorRuntime(RunSpec spec, TemporaryDirectory directory)
      throws IOException, RewardException {
    this.spec = spec;
    this.directory = directory;
    Configuration hadoop = SparkHadoopUtil.get().newConfiguration(SparkEnv.get().conf());
    FileCache cache = new FileCache(spec.settings().policy().cacheDir());
    for (PolicyFile file : spec.policyFiles()) {
      if (file.isLarge()) {
        directory.link(file.name(), cache.fetch(file.uri(), file.sha256(), hadoop));
      } else {
        directory.write(file.name(), file.content());
      }
    }
    this.recipe =
        new Recipe(
            spec.settings(),
            directory.path(),
            hadoop,
            spec.trainPrompts(),
            spec.evaluationPrompts());
    this.conditioning = new ConditioningCache(recipe.conditioner());
    try {
      this.localRewards = localRewards(cache, hadoop);
      RewardPoolSettings settings = poolSettings();
      this.rewardsKey = List.of(localRewards, List.of(spec.rewardFiles()), settings);
      this.rewards = REWARDS.take(rewardsKey, () -> RewardPool.open(localRewards, settings));
    } catch (IOException | RewardException | RuntimeException | Error e) {
      recipe.close();
      throw e;
    }
    this.networksKey = sameNetworks(spec, recipe);
    this.networks = NETWORKS.take(networksKey, NetworkPool::new);
  }

  /** Those that are scored, with the paths and the device that they have here. */
  private List<RewardDefinition> localRewards(FileCache cache, Configuration hadoop)
      throws IOException {
    boolean evaluates = !recipe.evaluationPrompts().isEmpty();
    List<RewardFile> files = List.of(spec.rewardFiles());
    List<RewardDefinition> local = new ArrayList<>();
    for (RewardDefinition reward : evaluates ? recipe.rewards() : recipe.trainedRewards()) {
      local.add(onDevice(RewardFile.local(reward, files, cache, hadoop)));
    }
    return local;
  }

  /** The device that its option {@code device} means here, where that is {@code gpu}. */
  private static RewardDefinition onDevice(RewardDefinition reward) {
    if (!reward.option(DEVICE, "").equals("gpu")) {
      return reward;
    }
    Device gpu = Devices.gpu("treegrpo.rewards, '%s': option device".formatted(reward.name()));
    return reward.with(Map.of(DEVICE, "gpu" + gpu.getDeviceId()));
  }

  /** What makes a network of one run one of another. */
  private static String sameNetworks(RunSpec spec, Recipe recipe) {
    MessageDigest digest = Sha256.newDigest();
    for (PolicyFile file : spec.policyFiles()) {
      digest.update(
          "%s\n%s\n".formatted(file.name(), file.sha256()).getBytes(StandardCharsets.UTF_8));
    }
    return "%s on %s, %s trained, %d rows decoded at once, checkpointing %s, %d prompts resident"
        .formatted(
            Sha256.hex(digest),
            spec.settings().policy().device(),
            spec.settings().policy().trainable(),
            spec.settings().decodeBatch(),
            spec.settings().update().checkpointing(),
            recipe.residentPrompts());
  }

  private static ExecutorRuntime open(RunSpec spec) {
    HostKind expected = spec.host();
    if (expected != null) {
      TrainSettings settings = spec.settings();
      HostKind.here(settings.policy().device(), settings.cluster().cpu())
          .requireSame(expected, here());
    }
    try {
      TemporaryDirectory directory =
          new TemporaryDirectory(
              Path.of(Utils.getLocalDir(SparkEnv.get().conf())), "treegrpo-policy");
      try {
        ExecutorRuntime runtime = new ExecutorRuntime(spec, directory);
        LOG.info("run {} comes to this executor", spec.runId());
        return runtime;
      } catch (IOException | RewardException | RuntimeException | Error e) {
        directory.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (RewardModelException e) {
      throw new UnusableInputException(e.getMessage(), e);
    } catch (RewardException e) {
      throw new ExecutorException(e.getMessage(), e);
    }
  }

  /** For messages. */
  static String here() {
    SparkEnv env = SparkEnv.get();
    return "executor %s on %s"
        .formatted(env.executorId(), env.blockManager().blockManagerId().host());
  }

  /** The runtime of a run in this JVM, made on first use; kept at least until this task ends. */
  static ExecutorRuntime of(Broadcast<RunSpec> spec) {
    RunSpec wanted = spec.value();
    TaskContext task = TaskContext.get();
    RewardStreamPlugin.onShutdown(RUNTIMES::close);
    KeptRuns.Use<ExecutorRuntime> use =
        RUNTIMES.use(wanted.runId(), OpenRuns.told(task), () -> open(wanted));
    task.addTaskCompletionListener((TaskCompletionListener) ended -> use.end());
    return use.value();
  }

  /** What is left of one run is no reason for a task of another to fail. */
  private static void closeQuietly(ExecutorRuntime runtime) {
    LOG.info("run {} leaves this executor", runtime.runId());
    try {
      runtime.close();
    } catch (UncheckedIOException e) {
      LOG.warn("run {} was not closed as a whole: {}", runtime.runId(), e.getMessage());
    }
  }

  String runId() {
    return spec.runId();
  }

  Recipe recipe() {
    return recipe;
  }

  /** The trained rewards. */
  RewardSelection rewards() {
    return rewards.select(recipe.trainedRewards());
  }

  /** With the paths and the device that they have here. */
  List<RewardDefinition> localRewards() {
    return localRewards;
  }

  /** Every reward, for evaluation. */
  RewardPool measuredRewards() {
    return rewards;
  }

  /** What the prompts of a round are drawn from, by prompt id. */
  Function<String, Conditioning> conditioning(RoundPlan plan) {
    return conditioning.of(plan);
  }

  RolloutStore rollouts() {
    return rollouts;
  }

  /** Takes a grown share over; its leaves stay for a learner that reads them. */
  void keep(RoundPlan plan, int index, GrownShare share) {
    if (!recipe.learner(plan).needs(Need.LEAVES)) {
      share.dropLeafLatents();
    }
    rollouts.put(plan.round(), index, share);
  }

  /** Lends a policy with the given weights; the caller gives it back. */
  PolicySlot borrow(WeightBroadcast weights) {
    PolicySlot slot = take(weights.version());
    boolean installed = false;
    try {
      slot.install(weights);
      installed = true;
      return slot;
    } finally {
      if (!installed) { // as where the driver has destroyed them by now
        giveBack(slot);
      }
    }
  }

  /** Opens a network for every task that runs at the same time. */
  synchronized void openSlots() {
    while (slots < spec.taskSlots()) {
      idle.push(open());
    }
  }

  /** Lends a policy with the weights of the reference. */
  PolicySlot borrowReference() {
    return borrow(Objects.requireNonNull(spec.reference(), "the run has no reference"));
  }

  synchronized void giveBack(PolicySlot slot) {
    idle.push(slot);
    notifyAll();
  }

  @Override
  public void close() {
    REWARDS.giveBack(rewardsKey);
    leaveSlots();
    NETWORKS.giveBack(networksKey);
    rollouts.close();
    try (directory) {
      recipe.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A network is not taken from a task of a cancelled job; one that does not end keeps its own. */
  private synchronized void leaveSlots() {
    long deadline = System.nanoTime() + TASKS_END_SECONDS * 1_000_000_000L;
    try {
      while (idle.size() < slots && System.nanoTime() < deadline) {
        wait(100);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    idle.forEach(slot -> networks.giveBack(slot.network()));
    idle.clear();
  }

  /** One that has the weights already, if it can be. */
  private synchronized PolicySlot take(long version) {
    for (PolicySlot slot : idle) {
      if (slot.has(version)) {
        idle.remove(slot);
        return slot;
      }
    }
    if (!idle.isEmpty()) {
      return idle.pop();
    }
    return open();
  }

  private PolicySlot open() {
    TorchRuntime.configureThread();
    Device device = Devices.choose(recipe.settings().policy().device());
    Network network = networks.take(() -> Network.open(recipe, directory.path(), device));
    PolicySlot slot = new PolicySlot(recipe, network);
    slots++;
    return slot;
  }

  private RewardPoolSettings poolSettings() {
    RewardWorkerSettings workers = recipe.settings().rewardWorkers();
    int processors = Runtime.getRuntime().availableProcessors();
    return new RewardPoolSettings(
        scoringThreads(workers.threads(), spec.taskSlots(), processors), workers.chunkRows());
  }

  /** As many as the user says, else as many as there are tasks to feed them and can run. */
  static int scoringThreads(int wanted, int taskSlots, int processors) {
    return wanted == 0 ? Math.min(taskSlots, processors) : wanted;
  }
}
