package org.treegrpo.job.train;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.treegrpo.job.checkpoint.Checkpoint;
import org.treegrpo.job.checkpoint.CheckpointState;
import org.treegrpo.job.checkpoint.CheckpointStore;
import org.treegrpo.job.checkpoint.RunLock;
import org.treegrpo.job.cluster.SparkCluster;
import org.treegrpo.job.files.AtomicFiles;
import org.treegrpo.job.files.RunDirectory;
import org.treegrpo.job.files.RunLayout;
import org.treegrpo.job.metrics.EvaluationRecord;
import org.treegrpo.job.metrics.MetricsLog;
import org.treegrpo.job.metrics.RoundMetrics;
import org.treegrpo.job.metrics.RunJson;
import org.treegrpo.job.metrics.RunResult;
import org.treegrpo.job.report.ConsoleProgress;
import org.treegrpo.job.report.ConsoleProgress.Style;
import org.treegrpo.job.report.ReportWriter;
import org.treegrpo.job.session.Budget;
import org.treegrpo.job.session.Session;
import org.treegrpo.job.settings.Secrets;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.spark.StopSignals;

/** A training run from its settings to its report: {@code train} and {@code resume}. */
public final class TrainingRun {

  private static final Logger LOG = LoggerFactory.getLogger(TrainingRun.class);

  private final TrainSettings settings;
  private final SparkConf spark;
  private final RunInputs inputs;
  private final RunIdentity identity;
  private final RunDirectory directory;
  private final CheckpointStore checkpoints;
  private final PrintStream out;
  private final Stopwatch watch = new Stopwatch();

  private TrainingRun(
      TrainSettings settings,
      SparkConf spark,
      RunInputs inputs,
      RunIdentity identity,
      RunDirectory directory,
      PrintStream out) {
    this.settings = settings;
    this.spark = spark;
    this.inputs = inputs;
    this.identity = identity;
    this.directory = directory;
    this.checkpoints = new CheckpointStore(directory);
    this.out = out;
  }

  /**
   * Trains from the base in an empty run directory.
   *
   * @throws InvalidInputException if an input or the run directory cannot be used
   */
  public static RunResult train(
      TrainSettings settings, SparkConf spark, Configuration hadoop, PrintStream out)
      throws IOException {
    return open(settings, spark, hadoop, out, Start.FRESH);
  }

  /**
   * Goes on from the newest valid checkpoint of the run directory, bit for bit.
   *
   * @throws InvalidInputException if there is none or it belongs to other settings
   */
  public static RunResult resume(
      TrainSettings settings, SparkConf spark, Configuration hadoop, PrintStream out)
      throws IOException {
    return open(settings, spark, hadoop, out, Start.CHECKPOINT);
  }

  private enum Start {
    FRESH,
    CHECKPOINT
  }

  private static RunResult open(
      TrainSettings settings, SparkConf spark, Configuration hadoop, PrintStream out, Start start)
      throws IOException {
    try (RunInputs inputs = RunInputs.load(settings, hadoop)) {
      inputs.plan();
      RunDirectory directory =
          start == Start.FRESH
              ? RunPlace.fresh(settings.runDir(), hadoop)
              : RunPlace.existing(settings.runDir(), hadoop);
      RunIdentity identity = RunIdentity.of(settings, inputs);
      try (RunLock lock = RunPlace.lock(directory, application(spark))) {
        return new TrainingRun(settings, spark, inputs, identity, lock.directory(), out).run(start);
      }
    }
  }

  /**
   * The id that every attempt of an application has; known only where a resource manager starts it.
   */
  private static String application(SparkConf spark) {
    return spark.get("spark.app.id", spark.get("spark.yarn.app.id", "none, " + UUID.randomUUID()));
  }

  private RunResult run(Start start) throws IOException {
    Optional<Checkpoint> checkpoint =
        start == Start.CHECKPOINT ? Optional.of(newestCheckpoint()) : Optional.empty();
    PolicyOptimizer optimizer =
        checkpoint
            .map(found -> PolicyOptimizer.restore(settings, found))
            .orElseGet(() -> new PolicyOptimizer(settings, inputs.baseWeights()));
    String endedBy;
    try {
      endedBy = train(optimizer, checkpoint);
    } catch (Exception failure) { // also Spark's checked exceptions, which its Java API hides
      try {
        boolean stopped = failure instanceof StoppedException;
        finish(
            result(
                stopped ? RunResult.Status.STOPPED : RunResult.Status.FAILED,
                null,
                Secrets.ofThisProcess().mask(RootFailure.message(failure))));
      } catch (IOException | RuntimeException second) {
        failure.addSuppressed(second);
      }
      throw failure;
    }
    RunResult result = result(RunResult.Status.COMPLETED, endedBy, null);
    finish(result);
    return result;
  }

  private String train(PolicyOptimizer optimizer, Optional<Checkpoint> checkpoint)
      throws IOException {
    Optional<CheckpointState> start = checkpoint.map(Checkpoint::state);
    int finished = start.map(CheckpointState::round).orElse(0);
    try (Session session = Session.open(spark, settings.cluster());
        SparkCluster cluster = session.start(inputs::runSpec);
        RunRecorder recorder = new RunRecorder(directory, inputs.recipe(), start, out::println);
        StopRequest stop = new StopRequest(cluster::cancelJobs);
        StopSignals signals = StopSignals.to(signal -> isTaken(stop, signal))) {
      Budget budget = budget(start);
      describe(finished, cluster.slots());
      ConsoleProgress progress =
          new ConsoleProgress(
              out, Style.ofStandardOutput(), Clock.systemUTC(), finished + 1, settings.rounds());
      String endedBy =
          new Trainer(
                  cluster,
                  inputs,
                  identity,
                  budget,
                  optimizer,
                  recorder,
                  checkpoints,
                  progress,
                  stop)
              .run(checkpoint);
      budget.remark().ifPresent(out::println);
      return endedBy;
    }
  }

  private Budget budget(Optional<CheckpointState> start) throws IOException {
    if (start.isEmpty()) {
      return Budget.of(settings);
    }
    return Budget.of(
        settings, start.get(), MetricsLog.open(directory.fs(), directory.root()).rounds());
  }

  private static boolean isTaken(StopRequest stop, String signal) {
    boolean first = stop.request(signal);
    if (first) {
      LOG.warn("{}: stopping with a checkpoint; the next signal ends this process at once", signal);
    }
    return first;
  }

  private Checkpoint newestCheckpoint() throws IOException {
    List<String> refusals = new ArrayList<>();
    Optional<CheckpointStore.Verified> found = checkpoints.newestValid(refusals);
    if (found.isEmpty()) {
      throw RunPlace.withoutCheckpoint(directory, refusals);
    }
    int done = found.get().state().round();
    if (settings.rounds() < done) {
      throw new InvalidInputException(
          "treegrpo.rounds: %d must be at least the %d rounds that %s has done; raise it to go on"
              .formatted(settings.rounds(), done, directory.root()));
    }
    identity.requireSame(found.get(), directory);
    Checkpoint checkpoint = checkpoints.load(found.get(), inputs.layout());
    refusals.forEach(line -> out.println("checkpoint refused: " + line));
    out.println("resuming from " + found.get().directory());
    return checkpoint;
  }

  private static AtomicFiles.Content json(Object value) {
    return out -> out.write(RunJson.pretty(value).getBytes(StandardCharsets.UTF_8));
  }

  /** Writes what the run is, before its first round; how an earlier process ended is past. */
  private void describe(int finished, int taskSlots) throws IOException {
    RunLayout layout = directory.layout();
    directory.fs().delete(layout.result(), false);
    AtomicFiles.replace(
        directory.fs(),
        layout.config(),
        out -> out.write(settings.resolved().text().getBytes(StandardCharsets.UTF_8)));
    AtomicFiles.replace(
        directory.fs(),
        layout.run(),
        json(RunDescription.of(settings, inputs, identity, finished, taskSlots)));
  }

  private RunResult result(
      RunResult.Status status, @Nullable String endedBy, @Nullable String error)
      throws IOException {
    MetricsLog log = MetricsLog.open(directory.fs(), directory.root());
    List<EvaluationRecord> evaluations = log.evaluations();
    Optional<RoundMetrics> last = log.rounds().stream().reduce((earlier, later) -> later);
    int rounds = last.map(RoundMetrics::round).orElse(0);
    return new RunResult(
        status,
        rounds,
        watch.total(),
        new RunResult.BeforeAfter(
            evaluations.isEmpty() ? null : evaluations.get(0),
            evaluations.isEmpty() ? null : evaluations.get(evaluations.size() - 1)),
        status == RunResult.Status.FAILED ? newestValidName() : RunLayout.roundName(rounds),
        last.map(RoundMetrics::weightsSha256).orElse(null),
        endedBy,
        error);
  }

  /** Reads every byte of the checkpoints that it tries. */
  private @Nullable String newestValidName() throws IOException {
    return checkpoints
        .newestValid(new ArrayList<>())
        .map(verified -> verified.directory().getName())
        .orElse(null);
  }

  private void finish(RunResult result) throws IOException {
    AtomicFiles.replace(directory.fs(), directory.layout().result(), json(result));
    if (!MetricsLog.open(directory.fs(), directory.root()).evaluations().isEmpty()) {
      ReportWriter.write(directory.fs(), directory.root());
    }
  }
}
