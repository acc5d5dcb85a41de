// Filter and sort the systems. The page is complete without it.
(function () {
  const filters = document.querySelectorAll("[data-filter]");
  const sort = document.querySelector("[data-sort]");
  const count = document.querySelector("[data-count]");

  function value(item, key) {
    const raw = item.dataset[key] || "";
    return key === "order" || key === "year" || key === "share" ? Number(raw || 1e9) : raw;
  }

  function compare(a, b, key) {
    const x = value(a, key), y = value(b, key);
    const order = x < y ? -1 : x > y ? 1 : 0;
    return (key === "share" ? -order : order) || value(a, "order") - value(b, "order");
  }

  function apply() {
    let shown = 0;
    document.querySelectorAll("[data-rows]").forEach(function (rows) {
      const items = Array.from(rows.querySelectorAll(":scope > [data-item]"));
      shown = 0;
      items.forEach(function (item) {
        item.hidden = !Array.from(filters).every(function (filter) {
          return !filter.value || item.dataset[filter.dataset.filter] === filter.value;
        });
        shown += item.hidden ? 0 : 1;
      });
      items.sort(function (a, b) { return compare(a, b, sort.value); });
      items.forEach(function (item) { rows.appendChild(item); });
    });
    count.textContent = shown + " shown";
  }

  filters.forEach(function (filter) { filter.addEventListener("change", apply); });
  sort.addEventListener("change", apply);
  apply();
}());
