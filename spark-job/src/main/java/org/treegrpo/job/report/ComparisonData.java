package org.treegrpo.job.report;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.treegrpo.job.metrics.ComparisonIndex;
import org.treegrpo.job.metrics.ComparisonLog;
import org.treegrpo.job.metrics.EvaluationRecord;
import org.treegrpo.job.metrics.EvaluationRecord.HeldOutReward;
import org.treegrpo.job.metrics.RoundMetrics;
import org.treegrpo.job.metrics.TurnRecord;

/** All that a comparison's directory holds for its report. */
record ComparisonData(ComparisonIndex index, List<TurnRecord> turns, List<Member> members) {

  /** What is spent until an evaluation. */
  enum Spent {
    SECONDS("seconds of training"),
    EVALUATIONS("evaluations of the network"),
    IMAGES("images scored");

    private final String label;

    Spent(String label) {
      this.label = label;
    }

    String label() {
      return label;
    }

    double of(RoundMetrics round) {
      RoundMetrics.PhaseSeconds phases = round.seconds();
      return switch (this) {
        case SECONDS -> phases.grow() + phases.score() + phases.learn() + phases.update();
        case EVALUATIONS -> round.nfe().total();
        case IMAGES -> round.leaves();
      };
    }
  }

  /** A member and its run. */
  record Member(ComparisonIndex.Member place, RunData run) {

    /** What its rounds up to one have spent. */
    double spent(Spent what, int round) {
      return run.rounds().stream()
          .filter(metrics -> metrics.round() <= round)
          .mapToDouble(what::of)
          .sum();
    }

    /** A figure of its evaluations against what was spent until then. */
    Curve curve(Spent what, ToDoubleFunction<EvaluationRecord> figure) {
      List<EvaluationRecord> evaluations = run.evaluations();
      return new Curve(
          evaluations.stream().mapToDouble(record -> spent(what, record.round())).toArray(),
          evaluations.stream().mapToDouble(figure).toArray());
    }

    Optional<EvaluationRecord> last() {
      List<EvaluationRecord> evaluations = run.evaluations();
      return evaluations.isEmpty()
          ? Optional.empty()
          : Optional.of(evaluations.get(evaluations.size() - 1));
    }
  }

  /** A line through points, x ascending; straight between them. */
  record Curve(double[] x, double[] y) {

    double end() {
      return x.length == 0 ? Double.NaN : x[x.length - 1];
    }

    /** NaN outside of the points. */
    double at(double where) {
      for (int i = 0; i < x.length; i++) {
        if (where == x[i]) {
          return y[i];
        }
        if (i > 0 && where > x[i - 1] && where < x[i]) {
          double share = (where - x[i - 1]) / (x[i] - x[i - 1]);
          return y[i - 1] + share * (y[i] - y[i - 1]);
        }
      }
      return Double.NaN;
    }

    /** Where the line first is at a height or above it; NaN where it never is. */
    double reaches(double height) {
      for (int i = 0; i < x.length; i++) {
        if (y[i] >= height) {
          if (i == 0) {
            return x[0];
          }
          double share = (height - y[i - 1]) / (y[i] - y[i - 1]);
          return x[i - 1] + share * (x[i] - x[i - 1]);
        }
      }
      return Double.NaN;
    }
  }

  /** The mean of the members of a variant, and their standard deviation, at places along x. */
  record Mean(double[] x, double[] mean, double[] spread) {

    Curve curve() {
      return new Curve(x, mean);
    }
  }

  static Optional<ComparisonData> read(FileSystem fs, Path directory) throws IOException {
    Optional<ComparisonIndex> index = ComparisonLog.index(fs, directory);
    if (index.isEmpty()) {
      return Optional.empty();
    }
    List<Member> members = new ArrayList<>();
    for (ComparisonIndex.Member place : index.get().members()) {
      members.add(new Member(place, RunData.read(fs, new Path(directory, place.path()))));
    }
    return Optional.of(
        new ComparisonData(
            index.get(), ComparisonLog.open(fs, directory).turns(), List.copyOf(members)));
  }

  List<Member> of(String variant) {
    return members.stream().filter(member -> member.place().variant().equals(variant)).toList();
  }

  /** Held-out rewards, trained ones first. */
  List<String> rewards() {
    return members.stream()
        .map(member -> member.run().heldOutRewards())
        .filter(rewards -> !rewards.isEmpty())
        .findFirst()
        .orElse(List.of());
  }

  /** Rewards that the rollouts are scored by. */
  List<String> rewardsOfRollouts() {
    return members.stream()
        .flatMap(member -> member.run().rounds().stream())
        .flatMap(round -> round.reward().keySet().stream())
        .distinct()
        .toList();
  }

  boolean isTrained(String reward) {
    return members.stream().anyMatch(member -> member.run().isTrained(reward));
  }

  /** The mean score of a held-out reward; NaN where it is not there. */
  static ToDoubleFunction<EvaluationRecord> score(String reward) {
    return record -> {
      HeldOutReward held = record.reward().get(reward);
      return held == null ? Double.NaN : held.mean();
    };
  }

  /** A figure at the end of each member of a variant that was evaluated. */
  double[] last(String variant, ToDoubleFunction<EvaluationRecord> figure) {
    return of(variant).stream()
        .flatMap(member -> member.last().stream())
        .mapToDouble(figure)
        .filter(value -> !Double.isNaN(value))
        .toArray();
  }

  /**
   * A figure of the base, as a variant samples it: variants may have sigma schedules of their own.
   */
  double base(String variant, ToDoubleFunction<EvaluationRecord> figure) {
    return of(variant).stream()
        .flatMap(member -> member.run().evaluations().stream())
        .filter(record -> record.round() == 0)
        .mapToDouble(figure)
        .findFirst()
        .orElse(Double.NaN);
  }

  /**
   * A figure of a variant's members against what they spent, at their evaluations, up to where all
   * of them came.
   */
  Mean mean(String variant, Spent what, ToDoubleFunction<EvaluationRecord> figure) {
    List<Curve> curves =
        of(variant).stream()
            .map(member -> member.curve(what, figure))
            .filter(curve -> curve.x().length > 1)
            .toList();
    double end = curves.stream().mapToDouble(Curve::end).min().orElse(Double.NaN);
    if (Double.isNaN(end)) {
      return new Mean(new double[0], new double[0], new double[0]);
    }
    int evaluations = curves.stream().mapToInt(curve -> curve.x().length).min().orElse(0);
    double[] x = new double[evaluations];
    Arrays.setAll(
        x,
        i ->
            i == evaluations - 1
                ? end
                : Math.min(
                    end, curves.stream().mapToDouble(curve -> curve.x()[i]).average().orElse(0)));
    double[] mean = new double[x.length];
    double[] spread = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      double where = x[i];
      double[] values = curves.stream().mapToDouble(curve -> curve.at(where)).toArray();
      mean[i] = mean(values);
      spread[i] = std(values);
    }
    return new Mean(x, mean, spread);
  }

  static double mean(double[] values) {
    return Arrays.stream(values).average().orElse(Double.NaN);
  }

  /** Sample standard deviation; 0 for one value. */
  static double std(double[] values) {
    if (values.length < 2) {
      return 0;
    }
    double mean = mean(values);
    double sum = Arrays.stream(values).map(value -> (value - mean) * (value - mean)).sum();
    return Math.sqrt(sum / (values.length - 1));
  }
}
