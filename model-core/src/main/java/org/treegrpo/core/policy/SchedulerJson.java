package org.treegrpo.core.policy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.treegrpo.core.process.Family;
import org.treegrpo.core.process.NoiseSchedule;
import org.treegrpo.core.process.Prediction;

/**
 * The key {@code scheduler} of {@code policy.json}: a {@link NoiseSchedule} under the names that
 * diffusers gives it. What is left out is Stable Diffusion's.
 */
final class SchedulerJson {

  /** Key in {@code policy.json}. */
  static final String KEY = "scheduler";

  private static final String STEPS = "num_train_timesteps";
  private static final String START = "beta_start";
  private static final String END = "beta_end";
  private static final String SCHEDULE = "beta_schedule";
  private static final String ZERO_SNR = "rescale_betas_zero_snr";
  private static final String SPACING = "timestep_spacing";
  private static final String OFFSET = "steps_offset";
  private static final String PREDICTION = "prediction_type";
  private static final List<String> KEYS =
      List.of(STEPS, START, END, SCHEDULE, ZERO_SNR, SPACING, OFFSET, PREDICTION);
  private static final Map<Prediction, String> PREDICTIONS =
      Map.of(Prediction.EPSILON, "epsilon", Prediction.V, "v_prediction", Prediction.X0, "sample");

  private SchedulerJson() {}

  static Optional<NoiseSchedule> parse(PolicyFilesObject root, Prediction prediction)
      throws PolicyDirectoryException {
    if (!root.has(KEY)) {
      return Optional.empty();
    }
    if (prediction.family() != Family.DIFFUSION) {
      throw root.refused(
          KEY,
          root.get(KEY),
          "is only for a diffusion; remove it, or make prediction epsilon, v or x0");
    }
    PolicyFilesObject object = root.object(KEY, KEYS);
    NoiseSchedule usual = NoiseSchedule.STABLE_DIFFUSION;
    int steps = object.integer(STEPS, 2, usual.trainTimesteps());
    NoiseSchedule schedule =
        new NoiseSchedule(
            steps,
            share(object, START, usual.betaStart()),
            share(object, END, usual.betaEnd()),
            constant(object, SCHEDULE, usual.betaSchedule()),
            object.flag(ZERO_SNR, usual.zeroTerminalSnr()),
            constant(object, SPACING, usual.spacing()),
            object.integer(OFFSET, 0, usual.stepsOffset()));
    if (schedule.betaEnd() < schedule.betaStart()) {
      throw object.refused(
          END, schedule.betaEnd(), "must be at least beta_start " + schedule.betaStart());
    }
    if (schedule.stepsOffset() >= steps) {
      throw object.refused(
          OFFSET, schedule.stepsOffset(), "must be less than num_train_timesteps " + steps);
    }
    checkPrediction(object, prediction);
    Optional<String> refusal = schedule.refusal(prediction);
    if (refusal.isPresent()) {
      throw root.refused(KEY, root.get(KEY), refusal.get());
    }
    return Optional.of(schedule);
  }

  static void render(NoiseSchedule schedule, ObjectNode root) {
    root.putObject(KEY)
        .put(STEPS, schedule.trainTimesteps())
        .put(START, schedule.betaStart())
        .put(END, schedule.betaEnd())
        .put(SCHEDULE, label(schedule.betaSchedule()))
        .put(ZERO_SNR, schedule.zeroTerminalSnr())
        .put(SPACING, label(schedule.spacing()))
        .put(OFFSET, schedule.stepsOffset());
  }

  private static double share(PolicyFilesObject object, String key, double usual)
      throws PolicyDirectoryException {
    double value = object.has(key) ? object.finite(key) : usual;
    if (!(value > 0 && value < 1)) {
      throw object.refused(key, value, "must be a number > 0 and < 1");
    }
    return value;
  }

  private static <E extends Enum<E>> E constant(PolicyFilesObject object, String key, E usual)
      throws PolicyDirectoryException {
    if (!object.has(key)) {
      return usual;
    }
    String text = object.text(key);
    E[] constants = usual.getDeclaringClass().getEnumConstants();
    for (E constant : constants) {
      if (label(constant).equals(text)) {
        return constant;
      }
    }
    throw object.refused(
        key,
        "'" + text + "'",
        "must be one of "
            + Arrays.stream(constants)
                .map(SchedulerJson::label)
                .collect(Collectors.joining(", ", "[", "]")));
  }

  /** It says what {@code prediction} says already, and a copied file has it. */
  private static void checkPrediction(PolicyFilesObject object, Prediction prediction)
      throws PolicyDirectoryException {
    if (object.has(PREDICTION)) {
      String wanted = PREDICTIONS.getOrDefault(prediction, "");
      String text = object.text(PREDICTION);
      if (!text.equals(wanted)) {
        throw object.refused(
            PREDICTION,
            "'" + text + "'",
            "must be '%s', as prediction is '%s'".formatted(wanted, prediction.label()));
      }
    }
  }

  private static String label(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
