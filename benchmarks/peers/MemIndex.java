import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.memory.MemoryIndex;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.Version;

/**
 * Reverse search on Lucene's MemoryIndex, which is the kernel of Lucene Monitor and of
 * Elasticsearch's percolator, with a presearcher by each rule's rarest term.
 *
 * <p>MemIndex TEXTS RULES COUNT WARM ROUNDS SECONDS WARM_SECONDS: a text a line, a phrase a line.
 * Rounds and answer are those of match_rounds.py.
 */
public class MemIndex {
  static final StandardAnalyzer ANALYZER = new StandardAnalyzer(CharArraySet.EMPTY_SET);
  static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  static Query[] queries;
  static final Map<String, List<Integer>> byTerm = new HashMap<>();

  static void build(List<String> rules) {
    Map<String, Integer> often = new HashMap<>();
    for (String rule : rules) for (String word : rule.split(" ")) often.merge(word, 1, Integer::sum);
    queries = new Query[rules.size()];
    for (int i = 0; i < queries.length; i++) {
      String[] words = rules.get(i).split(" ");
      queries[i] = words.length == 1
          ? new TermQuery(new Term("t", words[0]))
          : new PhraseQuery("t", words);
      String rarest = words[0];
      for (String word : words) if (often.get(word) < often.get(rarest)) rarest = word;
      byTerm.computeIfAbsent(rarest, key -> new ArrayList<>()).add(i);
    }
  }

  static List<Integer> match(String text) throws Exception {
    MemoryIndex index = new MemoryIndex();
    index.addField("t", text, ANALYZER);
    IndexSearcher searcher = index.createSearcher();
    Set<String> terms = new HashSet<>();
    try (TokenStream stream = ANALYZER.tokenStream("t", text)) {
      CharTermAttribute term = stream.addAttribute(CharTermAttribute.class);
      stream.reset();
      while (stream.incrementToken()) terms.add(term.toString());
      stream.end();
    }
    List<Integer> hits = new ArrayList<>();
    for (String term : terms) {
      List<Integer> rules = byTerm.get(term);
      if (rules != null) for (int i : rules) if (searcher.count(queries[i]) > 0) hits.add(i);
    }
    return hits;
  }

  static long heap() {
    for (int i = 0; i < 3; i++) System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  /** By CPU time, so that a busy machine does not warm up less; 8 times as long at most. */
  static void warm(List<String> texts, double seconds) throws Exception {
    long started = System.nanoTime(), cpu = SYSTEM.getProcessCpuTime();
    for (int i = 0; (SYSTEM.getProcessCpuTime() - cpu) / 1e9 < seconds; i++) {
      match(texts.get(i % texts.size()));
      if ((System.nanoTime() - started) / 1e9 > seconds * 8) break;
    }
  }

  public static void main(String[] args) throws Exception {
    List<String> texts = Files.readAllLines(Paths.get(args[0]));
    List<String> rules = Files.readAllLines(Paths.get(args[1])).subList(0, Integer.parseInt(args[2]));
    int warm = Integer.parseInt(args[3]), rounds = Integer.parseInt(args[4]);
    double most = Double.parseDouble(args[5]);
    long before = heap(), started = System.nanoTime();
    build(rules);
    double built = (System.nanoTime() - started) / 1e9;
    long memory = heap() - before;
    warm(texts.subList(0, warm), Double.parseDouble(args[6]));
    List<String> taken = new ArrayList<>(), hits = new ArrayList<>();
    int size = (texts.size() - warm) / rounds;
    for (int round = 0; round < rounds; round++) {
      System.gc();
      List<List<Integer>> answers = new ArrayList<>();
      int first = warm + round * size;
      long cpu = SYSTEM.getProcessCpuTime();
      started = System.nanoTime();
      while (answers.size() < size && (System.nanoTime() - started) / 1e9 < most) {
        answers.add(match(texts.get(first + answers.size())));
      }
      double seconds = (System.nanoTime() - started) / 1e9;
      double used = (SYSTEM.getProcessCpuTime() - cpu) / 1e9;
      taken.add(Arrays.asList(answers.size(), seconds, used).toString());
      for (int i = 0; i < answers.size(); i++) {
        Collections.sort(answers.get(i));
        hits.add(Arrays.asList(first + i, answers.get(i)).toString());
      }
    }
    System.out.printf(
        "{\"rounds\": %s, \"hits\": %s, \"build_seconds\": %s, \"memory_bytes\": %d,"
            + " \"version\": \"%s\", \"note\": \"\"}%n",
        taken, hits, built, memory, Version.LATEST);
  }
}
