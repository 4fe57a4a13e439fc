package org.treegrpo.job.train;

import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.treegrpo.job.plan.PlanText;
import org.treegrpo.job.plan.SparkMemory;
import org.treegrpo.job.settings.TrainSettings;

/** The dry run: what {@code train} would do with these settings and inputs. */
public final class TrainingPlan {

  private TrainingPlan() {}

  /**
   * Loads and checks the inputs as {@code train} does; writes nothing.
   *
   * @throws InvalidInputException if an input cannot be used
   */
  public static String describe(TrainSettings settings, Configuration hadoop) {
    try (RunInputs inputs = RunInputs.load(settings, hadoop)) {
      return PlanText.of(inputs.plan());
    }
  }

  /**
   * What to ask a cluster for, as properties of Spark.
   *
   * @param slots task slots of an executor
   */
  public static List<String> sparkProperties(
      TrainSettings settings, Configuration hadoop, int slots) {
    try (RunInputs inputs = RunInputs.load(settings, hadoop)) {
      return SparkMemory.of(inputs.plan(), slots).properties();
    }
  }
}
