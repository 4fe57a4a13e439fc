package org.treegrpo.job.train;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Objects;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.jspecify.annotations.Nullable;
import org.treegrpo.job.checkpoint.Checkpoint;
import org.treegrpo.job.checkpoint.CheckpointState;
import org.treegrpo.job.checkpoint.RunLock;
import org.treegrpo.job.cluster.SparkCluster;
import org.treegrpo.job.files.RunDirectory;
import org.treegrpo.job.report.ConsoleProgress.Style;
import org.treegrpo.job.session.Session;
import org.treegrpo.job.settings.TrainSettings;

/**
 * A run that shares a session with others: it trains a turn at a time, and lies in its run
 * directory, as a checkpoint, between two turns. Its weights are those of the same run alone.
 * Between turns it holds its inputs and the lock of its directory.
 */
public final class PacedRun implements AutoCloseable {

  private final TrainSettings settings;
  private final RunInputs inputs;
  private final RunIdentity identity;
  private final RunDirectory place;
  private @Nullable RunLock lock;
  private @Nullable TrainingRun run;
  private @Nullable SparkCluster cluster;

  private PacedRun(
      TrainSettings settings, RunInputs inputs, RunIdentity identity, RunDirectory place) {
    this.settings = settings;
    this.inputs = inputs;
    this.identity = identity;
    this.place = place;
  }

  /**
   * Reads and checks what the run needs; nothing is written.
   *
   * @throws InvalidInputException if an input or the run directory cannot be used, or the directory
   *     holds a run of other settings or inputs
   */
  public static PacedRun of(TrainSettings settings, Configuration hadoop) throws IOException {
    RunInputs inputs = RunInputs.load(settings, hadoop);
    try {
      new MemoryCheck(inputs.plan()).ofDriver(Runtime.getRuntime().maxMemory() >> 20);
      RunDirectory place = RunPlace.of("treegrpo.run-dir", settings.runDir(), hadoop);
      PacedRun run = new PacedRun(settings, inputs, RunIdentity.of(settings, inputs), place);
      run.in(place, new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
          .newestCheckpoint(new ArrayList<>());
      return run;
    } catch (IOException | RuntimeException e) {
      inputs.close();
      throw e;
    }
  }

  /** Takes the run's directory, new or not. Without a checkpoint there it starts from the base. */
  public void begin(SparkConf spark, PrintStream out) throws IOException {
    RunLock taken = RunPlace.lock(place, spark);
    lock = taken;
    run = in(taken.directory(), out);
  }

  private TrainingRun in(RunDirectory directory, PrintStream out) {
    return new TrainingRun(settings, inputs, identity, directory, out, Style.REMARKS);
  }

  /**
   * What a turn came to, in seconds of this process's clock.
   *
   * @param endedBy the key that ended the run; empty where it goes on in a later turn
   * @param firstRound of this turn
   * @param lastRound of this turn, below {@code firstRound} where there was none
   * @param trained growing, scoring, learning and updating: what a budget of seconds counts
   * @param evaluation of the held-out prompts
   * @param change to bring the run to the driver and to the executors, before its first round
   * @param total from the beginning of the turn to its end
   */
  public record Turn(
      Optional<String> endedBy,
      int firstRound,
      int lastRound,
      double trained,
      double evaluation,
      double change,
      double total) {}

  /**
   * Takes a turn.
   *
   * @param stop may ask for the end of this and all later turns
   * @throws StoppedException if it did; a checkpoint of the last whole round is there
   */
  public Turn turn(Session session, TurnStop stop, Pace pace) throws IOException {
    Stopwatch watch = new Stopwatch();
    TrainingRun begun = Objects.requireNonNull(run, "begin() comes before the first turn");
    try {
      Optional<Checkpoint> checkpoint = begun.newestCheckpoint(new ArrayList<>());
      int finished = checkpoint.map(Checkpoint::state).map(CheckpointState::round).orElse(0);
      if (cluster == null) {
        cluster = session.start(inputs::runSpec);
        new MemoryCheck(inputs.plan()).of(cluster);
      }
      SparkCluster jobs = cluster;
      stop.use(jobs);
      stop.request().cancellable(() -> inputs.prepare(jobs));
      begun.tryInputs(jobs, stop.request(), checkpoint);
      double change = watch.total();
      TrainingRun.Turn turn = begun.turn(jobs, stop.request(), checkpoint, pace);
      if (turn.endedBy().isPresent()) {
        begun.complete(turn.endedBy().get());
        leave();
      }
      return new Turn(
          turn.endedBy(),
          finished + 1,
          turn.rounds(),
          turn.trainedSeconds(),
          turn.evaluationSeconds(),
          change,
          watch.total());
    } catch (Exception failure) { // also Spark's checked exceptions, which its Java API hides
      begun.recordFailure(failure);
      leave();
      throw failure;
    }
  }

  /** Gives back what the executors hold of the run. */
  public void leave() {
    if (cluster != null) {
      cluster.close();
      cluster = null;
    }
  }

  /** After the session of its turns, which it has left. */
  @Override
  public void close() {
    try (inputs) {
      if (lock != null) {
        lock.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
