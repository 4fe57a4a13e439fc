package org.treegrpo.job.report;

import java.util.ArrayList;
import java.util.List;
import org.treegrpo.job.metrics.EvaluationRecord;
import org.treegrpo.job.metrics.EvaluationRecord.HeldOutReward;
import org.treegrpo.job.metrics.ImageStatistics;
import org.treegrpo.job.report.ComparisonData.Member;
import org.treegrpo.job.report.ComparisonData.Spent;

/** {@code compare.csv}: a line for each evaluation of each member; empty where not known. */
final class ComparisonTable {

  private ComparisonTable() {}

  static String csv(ComparisonData data) {
    StringBuilder csv = new StringBuilder("variant,seed,round,seconds,evaluations,images");
    for (String reward : data.rewards()) {
      csv.append(',').append(quoted(reward)).append(',').append(quoted(reward + "_exact"));
    }
    ImageStatistics.names().forEach(name -> csv.append(',').append(name));
    csv.append(",within_prompt\n");
    for (Member member : data.members()) {
      for (EvaluationRecord record : member.run().evaluations()) {
        csv.append(String.join(",", line(data, member, record))).append('\n');
      }
    }
    return csv.toString();
  }

  private static List<String> line(ComparisonData data, Member member, EvaluationRecord record) {
    List<String> cells = new ArrayList<>();
    cells.add(quoted(member.place().variant()));
    cells.add(Integer.toString(member.place().seed()));
    cells.add(Integer.toString(record.round()));
    for (Spent spent : Spent.values()) {
      cells.add(number(member.spent(spent, record.round())));
    }
    for (String reward : data.rewards()) {
      HeldOutReward held = record.reward().get(reward);
      cells.add(number(held == null ? Double.NaN : held.mean()));
      cells.add(number(held == null || held.exact() == null ? Double.NaN : held.exact()));
    }
    ImageStatistics.names().forEach(name -> cells.add(number(record.images().of(name))));
    cells.add(number(record.diversity()));
    return cells;
  }

  private static String number(double value) {
    if (Double.isNaN(value)) {
      return "";
    }
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }

  /** As RFC 4180 says. */
  private static String quoted(String text) {
    return text.matches("[\\w.-]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
