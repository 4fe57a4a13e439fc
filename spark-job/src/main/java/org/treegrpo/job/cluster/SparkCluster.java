package org.treegrpo.job.cluster;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.resource.ResourceProfile;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.treegrpo.core.credit.ShareCredit;
import org.treegrpo.core.learn.LearnResult;
import org.treegrpo.job.executor.EvaluateTask;
import org.treegrpo.job.executor.EvaluatedBlock;
import org.treegrpo.job.executor.ExecutorException;
import org.treegrpo.job.executor.FirstShare;
import org.treegrpo.job.executor.GrowTask;
import org.treegrpo.job.executor.GrownBlock;
import org.treegrpo.job.executor.HostKind;
import org.treegrpo.job.executor.HostReport;
import org.treegrpo.job.executor.LearnTask;
import org.treegrpo.job.executor.LearnedBlock;
import org.treegrpo.job.executor.PrepareTask;
import org.treegrpo.job.executor.ProbeTask;
import org.treegrpo.job.executor.Readiness;
import org.treegrpo.job.executor.RunSpec;
import org.treegrpo.job.executor.UnusableInputException;
import org.treegrpo.job.round.RoundCredit;
import org.treegrpo.job.round.RoundPlan;
import org.treegrpo.job.round.ScoredShare;
import org.treegrpo.job.round.ShareBlocks;
import org.treegrpo.job.spark.BlockRdd;
import org.treegrpo.job.spark.OpenRuns;
import org.treegrpo.job.spark.RunningTasks;
import org.treegrpo.job.spark.StoredVector;
import org.treegrpo.job.spark.WeightBroadcast;

/**
 * The jobs of a run on its Spark cluster: grow, learn, evaluate. Owns the broadcast of the run's
 * specification; the context, which {@link ClusterStart} opens, belongs to the caller, who may have
 * several runs in it. Until this is closed, executors may keep what the run needs.
 */
public final class SparkCluster implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SparkCluster.class);
  private static final int MOST_LOST = 16;

  private final JavaSparkContext context;
  private final RunSpec spec;
  private final Broadcast<RunSpec> run;
  private final String runId;
  private final Duration slow;
  private final @Nullable HostKind host;
  private final List<HostReport> executors;
  private final boolean local;
  private final int slotsAtStart;
  private long version;
  private long gradients = StoredVector.newId();

  /**
   * @param executors what was found before the run
   */
  public SparkCluster(JavaSparkContext context, RunSpec spec, List<HostReport> executors) {
    this.context = context;
    this.executors = executors;
    this.local = context.isLocal();
    this.spec = spec;
    this.run = context.broadcast(spec.withTaskSlots(slotsOfAnExecutor()));
    this.runId = spec.runId();
    this.host = spec.host();
    this.slotsAtStart = slots();
    this.slow = spec.settings().cluster().slowTaskAfter();
    OpenRuns.add(runId);
  }

  /** What every executor is. */
  public HostKind host() {
    return Objects.requireNonNull(host, "executors are looked at before a run");
  }

  /** What was found of the executors that were there before the session's first run. */
  public List<HostReport> executors() {
    return executors;
  }

  /** Whether driver and executor are one process, which reads the same files. */
  public boolean isLocal() {
    return local;
  }

  /** Tasks that can run at the same time now: executors may join and leave at any time. */
  public int slots() {
    return Math.max(1, context.sc().maxNumConcurrentTasks(defaultProfile()));
  }

  /** Work is dealt as if executors that were lost will be replaced, which costs little if not. */
  private int dealtSlots() {
    return Math.max(slotsAtStart, slots());
  }

  /**
   * Opens what the run needs on the executors.
   *
   * @return how many are ready
   * @throws UnusableInputException if none can open it, for what the user gave
   * @throws ExecutorException if one cannot open it, such as a file that only the driver's machine
   *     has; both with a line for each such executor, with its host
   */
  public int prepare() {
    List<String> executors = HostCheck.locations(context);
    List<Readiness> answers =
        BlockRdd.run(
            context.sc(), runId, "prepare", executors.size(), executors, new PrepareTask(run));
    requireReady(answers);
    return executors.size();
  }

  private static void requireReady(List<Readiness> answers) {
    String problems =
        answers.stream()
            .filter(answer -> !answer.isReady())
            .map(Readiness::problem)
            .distinct()
            .sorted()
            .collect(Collectors.joining(System.lineSeparator()));
    if (!problems.isEmpty()) {
      throw answers.stream().allMatch(Readiness::ofInput)
          ? new UnusableInputException(problems)
          : new ExecutorException(problems);
    }
  }

  /**
   * Runs networks and rewards once on an executor.
   *
   * @param weights that the networks run with
   * @throws UnusableInputException if one does not do what it must
   * @throws ExecutorException if the executor cannot run them
   */
  public void probe(float[] weights) {
    WeightBroadcast sent = broadcast(weights);
    try {
      List<String> anywhere = List.of("");
      Readiness answer =
          BlockRdd.run(context.sc(), runId, "probe", 1, anywhere, new ProbeTask(run, sent)).get(0);
      requireReady(List.of(answer));
    } finally {
      sent.destroy();
    }
  }

  /** Broadcasts weights as a new version; the caller destroys it. */
  public WeightBroadcast broadcast(float[] weights) {
    version++;
    return WeightBroadcast.of(version, weights);
  }

  /**
   * What a round grew.
   *
   * @param shares scores and edges, in share order
   * @param blocks results of the tasks
   * @param dealt how the shares were dealt
   */
  public record GrownRound(List<ScoredShare> shares, List<GrownBlock> blocks, ShareBlocks dealt) {

    /** Fingerprint of the weights that a share was grown with. */
    public String weightsOf(int share) {
      int block = 0;
      while (dealt.to(block) <= share) {
        block++;
      }
      return blocks.get(block).weights();
    }
  }

  /**
   * The grow job.
   *
   * @param first what is done with the first share besides
   */
  public GrownRound grow(RoundPlan plan, WeightBroadcast weights, FirstShare first) {
    ShareBlocks dealt = ShareBlocks.of(plan.shares().size(), dealtSlots());
    try (ScoreInbox inbox = new ScoreInbox(runId, plan.round());
        PeriodicWord slow =
            slowTasks(
                "grow round " + plan.round(),
                dealt,
                IntStream.range(0, dealt.blocks()).toArray())) {
      List<GrownBlock> blocks =
          BlockRdd.run(
              context.sc(),
              runId,
              "grow round " + plan.round(),
              dealt.blocks(),
              Collections.nCopies(dealt.blocks(), ""),
              new GrowTask(run, weights, plan.round(), dealt, first));
      int[] attempts = new int[dealt.shares()];
      for (int block = 0; block < blocks.size(); block++) {
        for (int share = dealt.from(block); share < dealt.to(block); share++) {
          attempts[share] = blocks.get(block).attempt();
        }
      }
      return new GrownRound(inbox.commit(attempts), blocks, dealt);
    }
  }

  /**
   * What a learn job gave.
   *
   * @param gradient the ordered sum over the shares
   * @param statistics the sum of the shares' statistics, in share order
   */
  public record LearnedRound(
      float[] gradient,
      LearnResult statistics,
      int sharesRegrown,
      long trainForward,
      long trainBackward,
      double networkSeconds) {

    /** This gradient and these statistics after a later epoch, with the cost of both. */
    public LearnedRound then(LearnedRound later) {
      return new LearnedRound(
          later.gradient,
          statistics.plus(later.statistics),
          sharesRegrown + later.sharesRegrown,
          trainForward + later.trainForward,
          trainBackward + later.trainBackward,
          networkSeconds + later.networkSeconds);
    }
  }

  /**
   * The learn job: each block prefers the executor that grew it.
   *
   * @param rolloutWeights what the round was grown with
   * @param weights what the gradient is taken at
   * @param step which of the round's optimiser steps
   */
  public LearnedRound learn(
      RoundPlan plan,
      GrownRound grown,
      WeightBroadcast rolloutWeights,
      WeightBroadcast weights,
      int step,
      RoundCredit credit) {
    ShareBlocks dealt = grown.dealt();
    List<String> locations =
        grown.blocks().stream().map(block -> local ? "" : block.location()).toList();
    StoredVector.drop(gradients); // what a task of a cancelled job has stored after all
    gradients = StoredVector.newId();
    try {
      LearnJob job =
          new LearnJob(
              "learn round " + plan.round(),
              dealt,
              locations,
              new LearnTask(
                  run,
                  rolloutWeights,
                  weights,
                  plan.round(),
                  dealt,
                  step,
                  gradients,
                  credit.shares().toArray(ShareCredit[]::new),
                  grown.shares().stream().map(ScoredShare::logProbs).toArray(double[][]::new)));
      return learned(job, new GradientSum(dealt.shares(), plan.absentFrom(step)));
    } finally {
      StoredVector.drop(gradients);
    }
  }

  /** What a learn job runs, as a whole or in part. */
  private record LearnJob(String name, ShareBlocks dealt, List<String> locations, LearnTask task) {}

  private List<LearnedBlock> run(LearnJob job, int[] blocks) {
    try (PeriodicWord slow = slowTasks(job.name(), job.dealt(), blocks)) {
      return BlockRdd.run(
          context.sc(),
          runId,
          job.name(),
          blocks.length,
          IntStream.of(blocks).mapToObj(job.locations()::get).toList(),
          job.task().only(blocks));
    }
  }

  /**
   * Long gradients wait on the executors: those of one that is lost before they are added up are
   * computed again.
   */
  private LearnedRound learned(LearnJob job, GradientSum sum) {
    int[] asked = IntStream.range(0, job.dealt().blocks()).toArray();
    LearnedBlock[] blocks = new LearnedBlock[asked.length];
    int regrown = 0;
    int lost = 0;
    while (asked.length > 0) {
      List<LearnedBlock> learned = run(job, asked);
      for (int i = 0; i < asked.length; i++) {
        blocks[asked[i]] = learned.get(i);
        regrown += learned.get(i).sharesRegrown();
      }
      asked = sum.add(List.of(blocks));
      lost += asked.length > 0 ? 1 : 0;
      if (lost > MOST_LOST) {
        throw new ExecutorException(
            "%s: executors were lost %d times before their gradients had come; see what ends them"
                .formatted(job.name(), lost));
      }
      if (asked.length > 0) {
        LOG.info(
            "{}: {} tasks again, their executor was lost with its gradients",
            job.name(),
            asked.length);
      }
    }
    LearnResult statistics = LearnResult.ZERO;
    long forward = 0;
    long backward = 0;
    double seconds = 0;
    for (LearnedBlock block : blocks) {
      for (LearnResult share : block.statistics()) {
        statistics = statistics.plus(share);
      }
      forward += block.trainForward();
      backward += block.trainBackward();
      seconds += block.networkSeconds();
    }
    return new LearnedRound(sum.result(), statistics, regrown, forward, backward, seconds);
  }

  /**
   * Samples and scores held-out prompts.
   *
   * @param prompts how many
   * @param pictures of how many of the first prompts the images come back
   */
  public List<EvaluatedBlock> evaluate(
      WeightBroadcast weights, int prompts, int chunkPrompts, int pictures) {
    int chunks = (prompts + chunkPrompts - 1) / chunkPrompts;
    ShareBlocks dealt = ShareBlocks.of(chunks, dealtSlots());
    return BlockRdd.run(
        context.sc(),
        runId,
        "evaluate",
        dealt.blocks(),
        Collections.nCopies(dealt.blocks(), ""),
        new EvaluateTask(run, weights, dealt, chunkPrompts, pictures));
  }

  /** Names tasks that take long, for as long as it is open. */
  private PeriodicWord slowTasks(String job, ShareBlocks dealt, int[] blocks) {
    return new PeriodicWord(
        () ->
            RunningTasks.longerThan(job, slow)
                .forEach(
                    task ->
                        LOG.warn(
                            "{}: shares {} to {} have been running for {} s on executor {}, {}{}",
                            job,
                            dealt.from(blocks[task.block()]),
                            dealt.to(blocks[task.block()]) - 1,
                            task.seconds(),
                            task.executor(),
                            task.host(),
                            task.attempt() == 0 ? "" : ", attempt " + (task.attempt() + 1))),
        slow,
        slow);
  }

  /** Ends this run's jobs that run now; their callers get Spark's exception. */
  public void cancelJobs() {
    context.sc().cancelJobsWithTag(runId);
  }

  @Override
  public void close() {
    OpenRuns.remove(runId);
    StoredVector.drop(gradients);
    run.destroy();
    spec.destroy();
  }

  private int slotsOfAnExecutor() {
    int executors = local ? 1 : Math.max(1, context.sc().getExecutorIds().size());
    return (slots() + executors - 1) / executors;
  }

  private ResourceProfile defaultProfile() {
    return context.sc().resourceProfileManager().defaultResourceProfile();
  }
}
