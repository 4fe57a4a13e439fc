package org.treegrpo.job.settings;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import java.time.Duration;
import java.util.List;
import org.treegrpo.core.credit.AdvantageSettings;
import org.treegrpo.core.credit.Aggregation;
import org.treegrpo.core.credit.Backup;
import org.treegrpo.core.credit.EstimatorFactory;
import org.treegrpo.core.credit.StdScope;
import org.treegrpo.core.process.SigmaSchedule;
import org.treegrpo.core.transition.SamplerSettings;
import org.treegrpo.core.transition.Tail;
import org.treegrpo.core.transition.Transition;
import org.treegrpo.reward.RewardDefinition;

/** Reads the blocks whose records belong to other modules. */
final class Sections {

  private static final String REWARD_NAME = "[a-z0-9-]+";

  static final ConfigObject REWARD_DEFAULTS =
      ConfigFactory.parseString(
              "weight = 1, time-limit-seconds = 60, options {}",
              ConfigParseOptions.defaults().setOriginDescription("default of a reward"))
          .root();

  private Sections() {}

  static SamplerSettings sampler(SettingsReader reader) {
    int steps = reader.integer("steps", 1, 1000);
    SigmaSchedule schedule = reader.choice("schedule", SigmaSchedule.class);
    double shift = reader.decimal("shift", Range.above(0));
    Transition transition = reader.service("transition", Transition.class);
    double most = transition.largestEta();
    double eta =
        reader.decimal("eta", Double.isInfinite(most) ? Range.above(0) : Range.openClosed(0, most));
    return new SamplerSettings(
        steps,
        schedule,
        shift,
        transition,
        eta,
        reader.choice("tail", Tail.class),
        reader.decimal("tail-ratio", Range.openClosed(0, 1)));
  }

  static AdvantageSettings advantage(SettingsReader reader) {
    return new AdvantageSettings(
        reader.service("estimator", EstimatorFactory.class),
        reader.choice("aggregation", Aggregation.class),
        reader.choice("std-scope", StdScope.class),
        reader.integer("ddof", 0, 1),
        reader.decimal("epsilon", Range.above(0)),
        reader.decimal("clamp", Range.above(0)),
        reader.integer("buffer", 2, 1_000_000),
        reader.choice("backup", Backup.class),
        reader.decimal("backup-beta", Range.atLeast(0)),
        reader.flag("depth-correction"),
        reader.flag("depth-z-score"),
        reader.choice("group", AdvantageSettings.Group.class));
  }

  static List<RewardDefinition> rewards(SettingsReader reader) {
    return reader.blocks("rewards", REWARD_DEFAULTS, Sections::reward);
  }

  private static RewardDefinition reward(SettingsReader reader) {
    String name = reader.text("name");
    if (reader.clean("name") && !name.matches(REWARD_NAME)) {
      reader.problem("name", "must consist of a-z, 0-9 and '-'", "");
    }
    if (name.equals("total")) {
      reader.problem("name", "must not be total, which the audit calls the sum of all", "");
    }
    double seconds = reader.decimal("time-limit-seconds", Range.closed(0.001, 86_400));
    return new RewardDefinition(
        name,
        reader.text("type"),
        reader.decimal("weight", Range.atLeast(0)),
        Duration.ofMillis(Math.round(seconds * 1000)),
        reader.freeTexts("options"));
  }
}
