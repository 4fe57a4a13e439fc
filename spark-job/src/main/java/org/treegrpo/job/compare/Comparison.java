package org.treegrpo.job.compare;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.treegrpo.core.optim.DivergedException;
import org.treegrpo.job.checkpoint.RunLock;
import org.treegrpo.job.files.RunDirectory;
import org.treegrpo.job.metrics.ComparisonIndex;
import org.treegrpo.job.metrics.ComparisonIndex.Limit;
import org.treegrpo.job.metrics.ComparisonLog;
import org.treegrpo.job.metrics.TurnRecord;
import org.treegrpo.job.metrics.TurnRecord.Status;
import org.treegrpo.job.report.ComparisonReport;
import org.treegrpo.job.session.Session;
import org.treegrpo.job.settings.BudgetSettings;
import org.treegrpo.job.settings.CompareSettings;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.train.InvalidInputException;
import org.treegrpo.job.train.PacedRun;
import org.treegrpo.job.train.RootFailure;
import org.treegrpo.job.train.RunPlace;
import org.treegrpo.job.train.StoppedException;
import org.treegrpo.job.train.TurnStop;

/**
 * Trains members side by side in one session, a turn at a time, until each has spent its budget.
 * Whose turn it is follows from the turns so far: the member with the fewest, the first of them
 * moving on by one with every lap, so that none is always the first one after another.
 */
public final class Comparison {

  private final TrainSettings common;
  private final RunDirectory directory;
  private final ComparisonLog log;
  private final PrintStream out;
  private final Map<Member, PacedRun> runs;

  private Comparison(
      TrainSettings common,
      Map<Member, PacedRun> runs,
      RunDirectory directory,
      ComparisonLog log,
      PrintStream out) {
    this.common = common;
    this.runs = runs;
    this.directory = directory;
    this.log = log;
    this.out = out;
  }

  /**
   * Runs a comparison, or what is left of it where it was begun in this directory.
   *
   * @param common settings of all members, with those of the comparison
   * @param members variants with their seeds
   * @throws InvalidInputException if an input or the directory cannot be used; no member is touched
   * @throws StoppedException if the process was asked to end; the same command goes on
   */
  public static void run(
      TrainSettings common,
      List<Member> members,
      SparkConf spark,
      Configuration hadoop,
      PrintStream out)
      throws IOException {
    RunDirectory place = RunPlace.of("treegrpo.run-dir", common.runDir(), hadoop);
    ComparisonIndex index = index(common.compare(), members);
    boolean more = requireSame(place, index);
    Map<Member, PacedRun> runs = new LinkedHashMap<>();
    try {
      for (Member member : members) {
        runs.put(member, PacedRun.of(member.settings(), hadoop));
      }
      try (RunLock lock = RunPlace.lock(place, spark)) {
        RunDirectory directory = lock.directory();
        ComparisonLog.write(directory.fs(), directory.root(), index);
        for (PacedRun run : runs.values()) {
          run.begin(spark, out);
        }
        ComparisonLog log = ComparisonLog.open(directory.fs(), directory.root());
        new Comparison(common, runs, directory, log, out).run(spark, more);
      }
    } finally {
      List<PacedRun> lastFirst = new ArrayList<>(runs.values());
      Collections.reverse(lastFirst);
      lastFirst.forEach(PacedRun::close);
    }
  }

  private static ComparisonIndex index(CompareSettings settings, List<Member> members) {
    return new ComparisonIndex(
        settings.seeds(), limit(settings.budget()), members.stream().map(Member::place).toList());
  }

  private static Limit limit(BudgetSettings budget) {
    if (budget.seconds() > 0) {
      return new Limit("seconds", budget.seconds());
    }
    return budget.evaluations() > 0
        ? new Limit("evaluations", budget.evaluations())
        : new Limit("images", budget.images());
  }

  /**
   * A directory holds one comparison; its budget may change, and members may be added.
   *
   * @return whether the budget is larger than it was
   */
  private static boolean requireSame(RunDirectory place, ComparisonIndex index) throws IOException {
    ComparisonIndex earlier = ComparisonLog.index(place.fs(), place.root()).orElse(null);
    if (earlier == null) {
      if (RunPlace.holdsAnything(place)) {
        throw new InvalidInputException(
            "treegrpo.run-dir: %s is not empty and holds no comparison; choose another directory"
                .formatted(place.root()));
      }
      return false;
    }
    List<ComparisonIndex.Member> missing = new ArrayList<>(earlier.members());
    missing.removeAll(index.members());
    if (!missing.isEmpty()) {
      throw new InvalidInputException(
          "treegrpo.compare: %s holds a comparison with the member %s, seed %d, which this one lacks; choose another directory"
              .formatted(place.root(), missing.get(0).variant(), missing.get(0).seed()));
    }
    if (!earlier.budget().of().equals(index.budget().of())) {
      throw new InvalidInputException(
          "treegrpo.compare.budget: %s holds a comparison with a budget of %s, not of %s; choose another directory"
              .formatted(place.root(), earlier.budget().of(), index.budget().of()));
    }
    return index.budget().value() > earlier.budget().value();
  }

  private void run(SparkConf spark, boolean more) throws IOException {
    Rota rota = new Rota(List.copyOf(runs.keySet()), log.turns(), more);
    try (Session session = Session.open(spark, common.cluster());
        TurnStop stop = new TurnStop()) {
      takeTurns(rota, session, stop);
    } finally {
      ComparisonReport.write(directory.fs(), directory.root());
    }
  }

  private void takeTurns(Rota rota, Session session, TurnStop stop) throws IOException {
    try {
      Optional<Member> next = rota.next();
      while (next.isPresent()) {
        TurnRecord turn = turn(next.get(), session, stop, rota.turns() + 1);
        log.append(turn);
        rota.add(turn);
        tell(next.get(), turn);
        next = rota.next();
      }
    } finally {
      runs.values().forEach(PacedRun::leave);
    }
  }

  private TurnRecord turn(Member member, Session session, TurnStop stop, int number)
      throws IOException {
    CompareSettings.Turn limits = common.compare().turn();
    String variant = member.place().variant();
    int seed = member.place().seed();
    long start = System.nanoTime();
    try {
      PacedRun.Turn turn =
          Objects.requireNonNull(runs.get(member))
              .turn(
                  session,
                  stop,
                  (rounds, seconds) -> rounds < limits.rounds() && seconds < limits.seconds());
      return new TurnRecord(
          number,
          variant,
          seed,
          turn.firstRound(),
          turn.lastRound(),
          turn.trained(),
          turn.evaluation(),
          turn.change(),
          turn.total(),
          turn.endedBy().isPresent() ? Status.DONE : Status.GOES_ON,
          turn.endedBy().orElse(null),
          null);
    } catch (StoppedException stopped) {
      throw stopped.during(
          "in a turn of %s; its last whole round is saved, the same command goes on"
              .formatted(member.name()));
    } catch (Exception failure) { // also Spark's checked exceptions, which its Java API hides
      if (!session.isOpen()) {
        throw failure;
      }
      return TurnRecord.failed(
          number,
          variant,
          seed,
          (System.nanoTime() - start) * 1e-9,
          diverged(failure),
          RootFailure.message(failure));
    }
  }

  private static boolean diverged(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof DivergedException) {
        return true;
      }
    }
    return false;
  }

  private void tell(Member member, TurnRecord turn) {
    switch (turn.status()) {
      case GOES_ON, DONE ->
          out.printf(
              "%s: rounds %d to %d, %.1f s trained, %.1f s evaluated, %.1f s to change%s%n",
              member.name(),
              turn.firstRound(),
              turn.lastRound(),
              turn.trainedSeconds(),
              turn.evaluationSeconds(),
              turn.changeSeconds(),
              turn.status() == Status.DONE ? "; done, by " + turn.endedBy() : "");
      case DIVERGED -> out.printf("%s: diverged: %s%n", member.name(), turn.error());
      case FAILED -> out.printf("%s: failed: %s%n", member.name(), turn.error());
    }
  }
}
