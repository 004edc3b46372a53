-- Who may buy in a sale, as JSON, with a page of its list in the order of the buyers' ids. One row
-- with NULL when the page is empty. Inside, so that an index finds the page. Parameters: sale id,
-- kind, the last id of the page before ('' for the first), how many at most, sale id.
SELECT sale.access, page.buyerId FROM book_sales AS sale LEFT JOIN (
  SELECT buyer_id AS buyerId FROM book_sale_access
  WHERE sale_id = ? AND kind = ? AND buyer_id > ? ORDER BY buyer_id LIMIT ?
) AS page ON TRUE
WHERE sale.sale_id = ? ORDER BY page.buyerId
