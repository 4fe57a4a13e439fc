package org.treegrpo.job.train;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.jspecify.annotations.Nullable;
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
import org.treegrpo.job.spark.HeapMemoryException;
import org.treegrpo.job.spark.StopSignals;

/** A training run from its settings to its report: {@code train} and {@code resume}. */
public final class TrainingRun {

  private final TrainSettings settings;
  private final RunInputs inputs;
  private final RunIdentity identity;
  private final RunDirectory directory;
  private final CheckpointStore checkpoints;
  private final RunTracking tracking;
  private final PrintStream out;
  private final Style style;
  private final Stopwatch watch = new Stopwatch();

  TrainingRun(
      TrainSettings settings,
      RunInputs inputs,
      RunIdentity identity,
      RunDirectory directory,
      PrintStream out,
      Style style) {
    this.settings = settings;
    this.inputs = inputs;
    this.identity = identity;
    this.directory = directory;
    this.checkpoints = new CheckpointStore(directory, inputs.base());
    this.tracking = new RunTracking(settings, directory);
    this.out = out;
    this.style = style;
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

  /**
   * Does what {@link #resume} does where the run directory holds a checkpoint, and starts from the
   * base where it holds nothing yet, or what a process of the same run left before its first
   * checkpoint. For whatever repeats a command: a supervised driver, a pod, a scheduler.
   *
   * @throws InvalidInputException if the directory holds something else
   */
  public static RunResult trainOrResume(
      TrainSettings settings, SparkConf spark, Configuration hadoop, PrintStream out)
      throws IOException {
    return open(settings, spark, hadoop, out, Start.EITHER);
  }

  private enum Start {
    FRESH,
    CHECKPOINT,
    EITHER
  }

  private static RunResult open(
      TrainSettings settings, SparkConf spark, Configuration hadoop, PrintStream out, Start start)
      throws IOException {
    try (RunInputs inputs = RunInputs.load(settings, hadoop)) {
      new MemoryCheck(inputs.plan()).ofDriver(Runtime.getRuntime().maxMemory() >> 20);
      RunDirectory directory =
          switch (start) {
            case FRESH -> RunPlace.fresh(settings.runDir(), hadoop);
            case CHECKPOINT -> RunPlace.existing(settings.runDir(), hadoop);
            case EITHER -> RunPlace.of("treegrpo.run-dir", settings.runDir(), hadoop);
          };
      RunIdentity identity = RunIdentity.of(settings, inputs);
      boolean made = !directory.fs().exists(directory.root());
      try (RunLock lock =
          start == Start.EITHER
              ? RunPlace.awaitLock(directory, spark)
              : RunPlace.lock(directory, spark)) {
        Style style = Style.ofStandardOutput();
        return new TrainingRun(settings, inputs, identity, lock.directory(), out, style)
            .run(start, spark);
      } catch (InvalidInputException refused) {
        try {
          if (made && !RunPlace.holdsAnything(directory)) {
            directory.fs().delete(directory.root(), false);
          }
        } catch (IOException left) {
          refused.addSuppressed(left);
        }
        throw refused;
      }
    }
  }

  private RunResult run(Start start, SparkConf spark) throws IOException {
    Optional<Checkpoint> checkpoint =
        start == Start.FRESH ? Optional.empty() : findCheckpoint(start == Start.EITHER);
    String endedBy;
    try (Session session = Session.open(spark, settings.cluster());
        SparkCluster cluster = session.start(inputs::runSpec);
        StopRequest stop = new StopRequest(cluster::cancelJobs);
        StopSignals signals = StopSignals.to(stop::isTaken)) {
      new MemoryCheck(inputs.plan()).of(cluster);
      if (!cluster.isLocal()) {
        stop.cancellable(() -> inputs.prepare(cluster));
      }
      tryInputs(cluster, stop, checkpoint);
      endedBy = turn(cluster, stop, checkpoint, Pace.WHOLE).endedBy().orElseThrow();
    } catch (Exception failure) { // also Spark's checked exceptions, which its Java API hides
      if (!(failure instanceof InvalidInputException) || RunPlace.holdsAnything(directory)) {
        recordFailure(failure);
      }
      throw failure;
    }
    return complete(endedBy);
  }

  /**
   * What a turn came to.
   *
   * @param endedBy the key that ended the run, {@link Budget#endedBy}; empty at a pause
   * @param rounds of the whole run so far
   * @param trainedSeconds of this turn, as a budget counts them
   * @param evaluationSeconds of this turn
   */
  record Turn(
      Optional<String> endedBy, int rounds, double trainedSeconds, double evaluationSeconds) {}

  /**
   * Tries networks and rewards on an executor, before the first round.
   *
   * @throws InvalidInputException if one does not do what the run needs
   */
  void tryInputs(SparkCluster cluster, StopRequest stop, Optional<Checkpoint> checkpoint) {
    if (checkpoint.map(Checkpoint::state).map(CheckpointState::round).orElse(0) == 0) {
      stop.cancellable(
          () -> {
            inputs.probe(cluster);
            return true;
          });
    }
  }

  /**
   * Trains until the run ends or the pace asks for a pause.
   *
   * @param checkpoint that it goes on from, if it does
   */
  Turn turn(SparkCluster cluster, StopRequest stop, Optional<Checkpoint> checkpoint, Pace pace)
      throws IOException {
    try {
      return takeTurn(cluster, stop, checkpoint, pace);
    } catch (OutOfMemoryError full) {
      HeapMemoryException.throwIfFull(full);
      throw full;
    }
  }

  private Turn takeTurn(
      SparkCluster cluster, StopRequest stop, Optional<Checkpoint> checkpoint, Pace pace)
      throws IOException {
    Optional<CheckpointState> start = checkpoint.map(Checkpoint::state);
    int finished = start.map(CheckpointState::round).orElse(0);
    PolicyOptimizer optimizer =
        checkpoint
            .map(found -> PolicyOptimizer.restore(settings, found))
            .orElseGet(() -> new PolicyOptimizer(settings, inputs.baseWeights()));
    describe(finished, cluster);
    try (RunRecorder recorder =
        new RunRecorder(directory, inputs.recipe(), start, tracking, out::println)) {
      Budget budget = budget(start);
      double before = budget.seconds();
      ConsoleProgress progress =
          new ConsoleProgress(out, style, Clock.systemUTC(), finished + 1, settings.rounds());
      Trainer trainer =
          new Trainer(
              cluster,
              inputs,
              identity,
              budget,
              optimizer,
              recorder,
              checkpoints,
              progress,
              stop,
              pace);
      Optional<String> endedBy = trainer.run(checkpoint);
      budget.remark().ifPresent(progress::detail);
      return new Turn(
          endedBy, trainer.done(), budget.seconds() - before, trainer.evaluationSeconds());
    }
  }

  /** Writes how a run that is over came out. */
  RunResult complete(String endedBy) throws IOException {
    RunResult result = result(RunResult.Status.COMPLETED, endedBy, null);
    finish(result);
    return result;
  }

  /** Writes down why a run is not complete; what goes wrong with that is added to the failure. */
  void recordFailure(Exception failure) {
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
  }

  private Budget budget(Optional<CheckpointState> start) throws IOException {
    if (start.isEmpty()) {
      return Budget.of(settings);
    }
    return Budget.of(
        settings, start.get(), MetricsLog.open(directory.fs(), directory.root()).rounds());
  }

  /**
   * The checkpoint to go on from.
   *
   * @param mayStartOver whether a run that has none yet is begun anew
   */
  private Optional<Checkpoint> findCheckpoint(boolean mayStartOver) throws IOException {
    List<String> refusals = new ArrayList<>();
    Optional<Checkpoint> checkpoint = newestCheckpoint(refusals);
    if (checkpoint.isPresent()) {
      int round = checkpoint.get().state().round();
      out.println("resuming from " + directory.checkpoint(round));
    } else if (!mayStartOver || checkpoints.hasFinished()) {
      throw RunPlace.withoutCheckpoint(directory, refusals);
    } else if (RunPlace.holdsAnything(directory)) {
      identity.requireSame(settings, directory);
      out.println("no checkpoint yet in " + directory.root() + ": starting again from the base");
    }
    return checkpoint;
  }

  /**
   * The newest valid checkpoint.
   *
   * @param refusals is told of those that are not
   * @throws InvalidInputException if it belongs to other settings
   */
  Optional<Checkpoint> newestCheckpoint(List<String> refusals) throws IOException {
    Optional<CheckpointStore.Verified> found = checkpoints.newestValid(refusals);
    if (found.isEmpty()) {
      return Optional.empty();
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
    return Optional.of(checkpoint);
  }

  private static AtomicFiles.Content json(Object value) {
    return out -> out.write(RunJson.pretty(value).getBytes(StandardCharsets.UTF_8));
  }

  /** Writes what the run is, before its first round; how an earlier process ended is past. */
  private void describe(int finished, SparkCluster cluster) throws IOException {
    RunLayout layout = directory.layout();
    directory.fs().delete(layout.result(), false);
    AtomicFiles.replace(
        directory.fs(),
        layout.config(),
        out -> out.write(settings.resolved().text().getBytes(StandardCharsets.UTF_8)));
    AtomicFiles.replace(
        directory.fs(),
        layout.run(),
        json(RunDescription.of(settings, inputs, identity, finished, cluster)));
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
    tracking.end(result);
  }
}
