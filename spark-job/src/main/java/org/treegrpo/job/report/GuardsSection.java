package org.treegrpo.job.report;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.util.ArrayList;
import java.util.List;
import org.treegrpo.job.guard.Guard;
import org.treegrpo.job.metrics.GuardRecord;
import org.treegrpo.job.settings.Secrets;

/** What watched the run, how often it acted, and what to look at. */
final class GuardsSection {

  private static final String BLOCK = "treegrpo.guards";
  private static final String DASH = "–";

  private GuardsSection() {}

  static String html(RunData data) {
    Config guards = configured(data);
    if (guards.isEmpty() && data.guards().isEmpty()) {
      return ""; // of a version without guards
    }
    Html out = new Html();
    out.raw("<section><h2>Guards</h2>");
    if (data.guards().isEmpty()) {
      return out.raw("<p>").text(quiet(guards)).raw("</p></section>").toString();
    }
    out.raw("<p>")
        .text(
            "Thresholds on the figures of rounds and evaluations. A guard that acted says that something is worth a look, not that the run is bad.")
        .raw(
            "</p><div class=\"scroll\"><table class=\"tight\"><tr><th>guard</th><th>threshold</th>")
        .raw("<th>action</th><th>acted</th><th>worst</th><th>look at</th></tr>");
    for (Guard guard : Guard.values()) {
      row(out, guard, guards, of(data, guard));
    }
    out.raw("</table></div>");
    GuardRecord last = data.guards().get(data.guards().size() - 1);
    return out.raw("<p class=\"soft\">")
        .text("The last one: " + Secrets.ofThisProcess().mask(last.text()))
        .raw("</p></section>")
        .toString();
  }

  private static String quiet(Config guards) {
    List<String> off = new ArrayList<>();
    for (Guard guard : Guard.values()) {
      if (value(guards, guard, "action").equals("off")) {
        off.add(guard.key());
      }
    }
    return "No guard has acted"
        + (off.isEmpty() ? "." : "; switched off: " + String.join(", ", off) + ".");
  }

  private static List<GuardRecord> of(RunData data, Guard guard) {
    return data.guards().stream().filter(act -> act.guard().equals(guard.key())).toList();
  }

  private static void row(Html out, Guard guard, Config guards, List<GuardRecord> acts) {
    out.format(
        "<tr><th>%s</th><td>%s</td><td>%s</td>",
        guard.key(), value(guards, guard, "threshold"), value(guards, guard, "action"));
    if (acts.isEmpty()) {
      out.format("<td>never</td><td>%s</td><td></td></tr>", DASH);
      return;
    }
    GuardRecord worst = acts.get(0);
    for (GuardRecord act : acts) {
      worst = guard.isWorse(act.value(), worst.value()) ? act : worst;
    }
    out.format(
        "<td>%s×</td><td>%s in round %s</td><td>%s</td></tr>",
        acts.size(), Figures.number(worst.value()), worst.round(), guard.lookAt());
  }

  private static String value(Config guards, Guard guard, String name) {
    String path = guard.key() + "." + name;
    return guards.hasPath(path) ? guards.getValue(path).unwrapped().toString() : DASH;
  }

  private static Config configured(RunData data) {
    try {
      Config config = ConfigFactory.parseString(data.config());
      return config.hasPath(BLOCK) ? config.getConfig(BLOCK) : ConfigFactory.empty();
    } catch (ConfigException e) {
      return ConfigFactory.empty(); // it is shown as it is
    }
  }
}
