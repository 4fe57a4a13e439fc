package org.treegrpo.job.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a comparison compares: every variant with every seed is a member, a run of its own.
 *
 * @param seeds of the members of each variant; differences are paired by them
 * @param budget of each member; one of the three
 * @param turn how long a member trains before the next one does
 * @param variants at least two to compare
 */
public record CompareSettings(
    List<Integer> seeds, BudgetSettings budget, Turn turn, List<Variant> variants) {

  private static final String NAME = "[a-z0-9][a-z0-9._-]{0,39}";
  private static final List<String> OF_THE_COMPARISON =
      List.of("seed", "run-dir", "budget", "compare", "cluster");
  private static final ConfigObject NOTHING_SET = ConfigFactory.parseString("set {}").root();

  /**
   * A member's turn ends with the round in which either is reached.
   *
   * @param rounds at least 1
   * @param seconds of growing, scoring, learning and updating
   */
  public record Turn(int rounds, double seconds) {}

  /**
   * What is compared.
   *
   * @param name also of its directory
   * @param settings HOCON, what it sets within the block {@code treegrpo} over the common settings
   */
  public record Variant(String name, String settings) {}

  public CompareSettings {
    seeds = List.copyOf(seeds);
    variants = List.copyOf(variants);
  }

  static CompareSettings read(SettingsReader reader) {
    List<Integer> seeds = reader.integers("seeds", 0, Integer.MAX_VALUE);
    if (reader.clean("seeds") && (seeds.isEmpty() || new HashSet<>(seeds).size() < seeds.size())) {
      reader.problem("seeds", "must be at least one seed, none of them twice", "");
    }
    BudgetSettings budget = BudgetSettings.read(reader.section("budget"));
    SettingsReader turn = reader.section("turn");
    Turn slice =
        new Turn(turn.integer("rounds", 1, 1_000_000), turn.decimal("seconds", Range.above(0)));
    List<Variant> variants = reader.blocks("variants", NOTHING_SET, CompareSettings::variant);
    Set<String> names = new HashSet<>();
    for (int i = 0; i < variants.size(); i++) {
      if (reader.clean("variants") && !names.add(variants.get(i).name())) {
        reader.problem(
            "variants", "has two variants of the name '%s'".formatted(variants.get(i).name()), "");
      }
    }
    return new CompareSettings(seeds, budget, slice, variants);
  }

  private static Variant variant(SettingsReader reader) {
    String name = reader.text("name");
    if (reader.clean("name") && !name.matches(NAME)) {
      reader.problem(
          "name",
          "must be a name of at most 40 small letters, digits, '.', '_' and '-': it names a directory",
          "");
    }
    String set = reader.block("set");
    Config parsed = ConfigFactory.parseString(set);
    for (String key : OF_THE_COMPARISON) {
      if (parsed.hasPath(key)) {
        reader.problem("set", "must not have " + key + ", which is that of the comparison", "");
      }
    }
    return new Variant(name, set);
  }

  /** What a member may spend. */
  int limits() {
    return (budget.seconds() > 0 ? 1 : 0)
        + (budget.evaluations() > 0 ? 1 : 0)
        + (budget.images() > 0 ? 1 : 0);
  }
}
